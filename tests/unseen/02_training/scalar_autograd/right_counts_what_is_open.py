"""Counts first how many uses of each value are still open, and lets it have its turn when none is left."""

from __future__ import annotations

import math
from collections import Counter, deque


class Value:
    def __init__(self, data, sources=(), slopes=()):
        self.data, self.grad = data, 0.0
        self._sources, self._slopes = list(sources), list(slopes)

    @staticmethod
    def _of(thing):
        return thing if isinstance(thing, Value) else Value(thing)

    def __add__(self, other):
        other = Value._of(other)
        return Value(self.data + other.data, [self, other], [1, 1])

    def __mul__(self, other):
        other = Value._of(other)
        return Value(self.data * other.data, [self, other], [other.data, self.data])

    def __pow__(self, exponent):
        return Value(self.data**exponent, [self], [exponent * self.data ** (exponent - 1)])

    def relu(self):
        positive = self.data > 0
        return Value(max(self.data, 0), [self], [int(positive)])

    def exp(self):
        return Value(math.exp(self.data), [self], [math.exp(self.data)])

    def log(self):
        return Value(math.log(self.data), [self], [1 / self.data])

    def backward(self):
        reached, open_uses = [self], Counter()
        for value in reached:  # grows while it is gone through
            for source in value._sources:
                if source not in open_uses:
                    reached.append(source)
                open_uses[source] += 1
        slope = dict.fromkeys(reached, 0.0)
        slope[self] = 1.0
        ready = deque([self])
        while ready:
            value = ready.popleft()
            for source, local in zip(value._sources, value._slopes):
                slope[source] += local * slope[value]
                open_uses[source] -= 1
                if not open_uses[source]:
                    ready.append(source)
        for value in reached:
            value.grad += slope[value]

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    def __radd__(self, other):
        return self + other

    def __rmul__(self, other):
        return self * other

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other
