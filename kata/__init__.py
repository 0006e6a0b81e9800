"""Auto-graded exercises from which people learn how large language models work. README.md has the map."""

__version__ = "0.1.0"
