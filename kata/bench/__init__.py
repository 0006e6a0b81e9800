"""Benchmarks: the time and the memory that grading takes."""
