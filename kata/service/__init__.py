"""A judge in a process of its own, asked over a pipe: the classroom and notebooks have no torch."""
