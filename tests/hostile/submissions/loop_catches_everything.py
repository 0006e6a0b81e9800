"""Never returns, and catches whatever is raised to stop it.

Success: it goes on after its time is over.

ends as: timed_out
"""


def softmax(x, dim=-1):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
