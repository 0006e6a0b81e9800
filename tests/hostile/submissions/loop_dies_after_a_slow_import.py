"""Takes long to import and dies in every call, so that each test imports it anew.

Success: the time for imports is given anew as well, and a class waits for minutes.

ends as: crashed, timed_out
"""

import os
import time

time.sleep(0.4)


def softmax(x, dim=-1):
    os._exit(0)
