"""Has the slope of a power as n * c / a, which divides by 0 for a base of 0."""

from __future__ import annotations

import math


class Value:
    def __init__(self, data, made_of=()):
        self.data = data
        self.grad = 0.0
        self._made_of = tuple(made_of)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, exponent):
        power = self.data**exponent
        return Value(power, [(self, exponent * power / self.data)])

    def relu(self):
        return Value(max(0.0, self.data), [(self, 1.0 if self.data > 0 else 0.0)])

    def exp(self):
        e = math.exp(self.data)
        return Value(e, [(self, e)])

    def log(self):
        return Value(math.log(self.data), [(self, self.data**-1)])

    def backward(self):
        order = []
        entered = {self}
        path = [(self, iter(self._made_of))]
        while path:
            value, rest = path[-1]
            for source, _ in rest:
                if source not in entered:
                    entered.add(source)
                    path.append((source, iter(source._made_of)))
                    break
            else:
                order.append(value)
                path.pop()
        gradient = {value: 0.0 for value in order}
        gradient[self] = 1.0
        for value in reversed(order):
            value.grad += gradient[value]
            for source, slope in value._made_of:
                gradient[source] += slope * gradient[value]

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
