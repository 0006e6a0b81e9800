"""What nbgrader loads, and what makes and reads its notebooks."""
