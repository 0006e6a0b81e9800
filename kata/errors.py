"""The two ways a run can end without a verdict. Each is told in a line or two, never as a traceback."""


class UsageError(Exception):
    """What was asked for cannot be done as asked: exit status 2."""


class JudgeError(Exception):
    """The suite itself failed, so there is no grade: exit status 3."""
