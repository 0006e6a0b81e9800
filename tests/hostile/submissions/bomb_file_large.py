"""Writes one file that grows until it is stopped.

Success: the disk is full.
"""


def softmax(x, dim=-1):
    block = b"x" * (1 << 20)
    with open("large", "wb", buffering=0) as file:
        for number in range(1024):
            file.write(block)
            if number > 100:
                raise SystemExit(f"PWNED wrote {number} MiB")
