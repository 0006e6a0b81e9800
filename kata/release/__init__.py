"""A student's copy of the suite: without solutions, with recordings of what they give."""
