"""Returns dicts and lists of classes of its own, which have another length each time they are asked.

Success: what is checked and what is compared differ.

ends as: failed, crashed
"""

import random


class Fickle(list):
    def __len__(self):
        return random.randrange(5)

    def __iter__(self):
        return iter(range(random.randrange(100)))


class Keys(dict):
    def items(self):
        return [(Fickle(), self), (1, 2), (1, 3)]


def softmax(x, dim=-1):
    return Fickle([Keys(), x])
