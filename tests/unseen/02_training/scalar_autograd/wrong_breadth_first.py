"""Goes breadth first, and so a value has its turn when it is first reached, maybe before all that were made from it."""

from __future__ import annotations

import math


class Value:
    def __init__(self, data, made_of=()):
        self.data = data
        self.grad = 0.0
        self.made_of = made_of

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, ((self, other.data), (other, self.data)))

    def __pow__(self, exponent):
        return Value(self.data**exponent, ((self, exponent * self.data ** (exponent - 1)),))

    def relu(self):
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def exp(self):
        result = math.exp(self.data)
        return Value(result, ((self, result),))

    def log(self):
        return Value(math.log(self.data), ((self, 1.0 / self.data),))

    def backward(self):
        order = [self]
        seen = {id(self)}
        for value in order:
            for parent, _ in value.made_of:
                if id(parent) not in seen:
                    seen.add(id(parent))
                    order.append(parent)
        slopes = {id(value): 0.0 for value in order}
        slopes[id(self)] = 1.0
        for value in order:
            for parent, slope in value.made_of:
                slopes[id(parent)] += slope * slopes[id(value)]
        for value in order:
            value.grad += slopes[id(value)]

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
