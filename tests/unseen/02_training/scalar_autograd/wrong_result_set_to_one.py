"""Sets the gradient of the result to 1, where it is to be added: after a second pass it is still 1."""

from __future__ import annotations

import math


class Value:
    def __init__(self, data, made_of=()):
        self.data = data
        self.grad = 0.0
        self.made_of = list(made_of)

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, [(self, 1.0), (other, 1.0)])

    def __mul__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data * other.data, [(self, other.data), (other, self.data)])

    def __pow__(self, exponent):
        return Value(self.data**exponent, [(self, exponent * self.data ** (exponent - 1))])

    def relu(self):
        if self.data > 0:
            return Value(self.data, [(self, 1.0)])
        return Value(0.0, [(self, 0.0)])

    def exp(self):
        e = math.exp(self.data)
        return Value(e, [(self, e)])

    def log(self):
        return Value(math.log(self.data), [(self, 1 / self.data)])

    def _topological(self):
        order, seen, stack = [], set(), [(self, 0)]
        while stack:
            value, i = stack.pop()
            if i == 0:
                if value in seen:
                    continue
                seen.add(value)
            if i < len(value.made_of):
                stack.append((value, i + 1))
                stack.append((value.made_of[i][0], 0))
            else:
                order.append(value)
        return order[::-1]

    def backward(self):
        order = self._topological()
        passed = {value: 0.0 for value in order}
        passed[self] = 1.0
        for value in order:
            for source, slope in value.made_of:
                passed[source] += slope * passed[value]
        self.grad = 1.0
        for value in order[1:]:
            value.grad += passed[value]

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
