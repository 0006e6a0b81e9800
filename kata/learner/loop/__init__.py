"""The loop of `kata watch` and `kata drill`: the next exercise, graded whenever you save, and a key for each wish."""
