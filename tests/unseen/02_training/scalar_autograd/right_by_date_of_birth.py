"""Numbers the values as they are made: nobody is older than what it was made from, so the youngest is always next."""

from __future__ import annotations

import heapq
import itertools
import math

_births = itertools.count()


class Value:
    __slots__ = ("born", "data", "grad", "made_of")

    def __init__(self, data, made_of=()):
        self.born = next(_births)
        self.data = data
        self.grad = 0.0
        self.made_of = made_of

    def __add__(self, other):
        if isinstance(other, Value):
            return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))
        return Value(self.data + other, ((self, 1.0),))

    def __mul__(self, other):
        if isinstance(other, Value):
            return Value(self.data * other.data, ((self, other.data), (other, self.data)))
        return Value(self.data * other, ((self, other),))

    def __pow__(self, exponent):
        slope = exponent * self.data ** (exponent - 1) if exponent else 0.0
        return Value(self.data**exponent, ((self, slope),))

    def relu(self):
        return Value(self.data, ((self, 1.0),)) if self.data > 0 else Value(0.0, ((self, 0.0),))

    def exp(self):
        e = math.exp(self.data)
        return Value(e, ((self, e),))

    def log(self):
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def backward(self):
        slopes = {self: 1.0}
        waiting = [(-self.born, self)]
        while waiting:
            _, value = heapq.heappop(waiting)
            slope = slopes.pop(value)
            value.grad += slope
            for source, local in value.made_of:
                if source not in slopes:
                    slopes[source] = 0.0
                    heapq.heappush(waiting, (-source.born, source))
                slopes[source] += slope * local

    def __neg__(self):
        return Value(-self.data, ((self, -1.0),))

    def __sub__(self, other):
        return self + -other

    def __truediv__(self, other):
        return self * other**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def __rsub__(self, other):
        return -self + other

    def __rtruediv__(self, other):
        return self**-1 * other
