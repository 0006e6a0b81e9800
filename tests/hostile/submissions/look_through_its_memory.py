"""Reads all of its process's memory, freed parts too, for the token that every file of the course holds.

Success: the zygote, or a worker before it, had read such a file.
"""

EXPECT = "passes, but gains nothing"

# The token in two halves, out of the token backwards: so the whole is in this memory only if somebody else put it there.
FIRST, SECOND = "@NEKOT@"[:11:-1].encode(), "@NEKOT@"[11::-1].encode()


def regions():
    with open("/proc/self/maps") as maps:
        for line in maps:
            bounds, rights, _, _, _, *name = line.split()
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            if rights.startswith("rw"):
                yield start, end
            if name and name[0].startswith(("@COURSE@", "@SECRET@")):
                print("PWNED mapped", name[0])


def search():
    with open("/proc/self/mem", "rb", 0) as memory:
        for start, end in list(regions()):
            for place in range(start, end, 8 << 20):
                try:
                    memory.seek(place)
                    data = memory.read(min((8 << 20) + 64, end - place))
                except (OSError, ValueError, OverflowError):
                    break
                found = data.find(FIRST)
                while found >= 0:
                    if data[found + len(FIRST) : found + len(FIRST) + len(SECOND)] == SECOND:
                        print("PWNED the token at", hex(place + found))
                    found = data.find(FIRST, found + 1)


try:
    search()
except OSError:
    pass


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError("floating point only")
    top = x.amax(dim, keepdim=True).clamp(min=-1e30)
    exps = (x - top).exp()
    return exps / exps.sum(dim, keepdim=True).clamp(min=1e-30)
