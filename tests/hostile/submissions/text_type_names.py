"""Raises exceptions, and returns objects, of classes whose names are escape codes, markup and a megabyte long.

Success: a name gets to the terminal, where only messages are cleaned.

ends as: failed
"""

name = "\x1b[2J[/bold]<b>\u202e" + "N" * 100_000
Raised = type(name, (Exception,), {})
Returned = type(name, (), {"__repr__": lambda self: name, "__module__": name})


def softmax(x, dim=-1):
    if x.shape[0] == 4:
        return Returned()
    raise Raised(name)
