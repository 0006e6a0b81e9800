"""The strength of graders: the wrong answers they catch, and the right ones they let pass, at many seeds."""
