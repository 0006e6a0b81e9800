"""A learner's own things: progress, repetition from memory, the loop, notebooks, the page."""
