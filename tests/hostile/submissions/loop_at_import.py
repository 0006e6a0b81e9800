"""Is never done with being imported.

Success: the clock runs for tests only.

ends as: timed_out
"""

while True:
    pass
