"""Reads what it was started with, to find out where the course lies on the machine.

Success: the path of the course is in it.

ends as: failed, broken
"""

for name in ("cmdline", "environ"):
    with open(f"/proc/self/{name}") as file:
        text = file.read()
    print("PWNED it is told" if "@COURSE@" in text else "not told")
