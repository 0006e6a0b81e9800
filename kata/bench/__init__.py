"""What grading costs, in time and memory."""
