"""Ends the process while it is imported.

Success: as for any other exit, or the judge waits for ever for a worker that is gone.

ends as: crashed
"""

import os

os._exit(0)
