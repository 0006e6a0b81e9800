"""One module a command: HELP in a line, `arguments` for its options, `run` to do it and return the exit status.

Modules load what they need when they run, since all of them are imported for `kata --help`.
"""
