"""Errors that end a run without a verdict. Each is told in a line or two, never as a traceback."""


class UsageError(Exception):
    """A request that cannot be met as asked: exit status 2."""


class JudgeError(Exception):
    """A failure of the suite itself, so that there is no grade: exit status 3."""
