"""Never returns.

Success: the judge waits without end.

ends as: timed_out
"""


def softmax(x, dim=-1):
    while True:
        pass
