r"""# Autograd, one number at a time

`loss.backward()` finds the slope of the loss by every number that it was computed from, however long the way. It takes no
more than the chain rule and good bookkeeping: here you write both. torch does the same with whole tensors for numbers.

Each operation makes a new value, and remembers which values it was made from, and the **slope** of the result by each:

| result $c$ | slopes |
|---|---|
| $a + b$ | $\partial c / \partial a = 1, \quad \partial c / \partial b = 1$ |
| $a b$ | $\partial c / \partial a = b, \quad \partial c / \partial b = a$ |
| $a^n$ | $\partial c / \partial a = n a^{n - 1}$ |
| $\operatorname{relu}(a) = \max(a, 0)$ | $1$ where $a > 0$, else $0$, also where $a = 0$ |
| $e^a$ | $e^a$ |
| $\log a$ | $1 / a$ |

Let $L$ be the result at the end. Its slope by itself is 1. By any other value $v$ it is the sum over all values $c$ that were
made from $v$,

$$\frac{\partial L}{\partial v} = \sum_{c \text{ made from } v} \frac{\partial L}{\partial c} \, \frac{\partial c}{\partial v}.$$

So $v$'s turn comes when those of all these $c$ are over: from the result back to the beginnings, each value after all that
were made from it. This is a **topological order**.

**Write** `class Value`, a number with a memory.

- `Value(data)` has the number as `data`, and as `grad` the number 0.0. Both may be read and written to.
- `a + b`, `a * b`, `a ** n`, `a.relu()`, `a.exp()`, `a.log()` give a new `Value`. In place of one of the two of `+` and `*`
  there may be a number, whole or not; n is a number. `-`, `/` and numbers on the left are given: they are put
  together from yours. You may as well write your own.
- `**` is asked for where it has a slope: a base of 0 comes with exponents from 1 on, a negative base with whole exponents.
  `log` gets positive numbers.
- `c.backward()` adds to the `grad` of every value that c was made from, and of those between, and of c itself, the slope of c
  by it. The others stay as they are. `data` stays, too.
- A value may be used many times, also twice in one operation: in `a * a` both uses count.
- It adds, as torch's does: after a second `backward()` of the same result all these gradients are twice as large. And two
  results that share a part add up. Beware: the well-known implementations keep what they pass on in `grad`
  itself. Then what is left there from the first pass is passed on once more in the second.
- There may be 20 000 operations in a row. But Python lets functions call each other some thousand deep only. Leave this
  limit as it is.
- There may be more ways through the values than can be gone in a lifetime: `a = a + a`, fifty times, has $2^{50}$. Visit
  each value once.
- Do without torch's autograd; Python's `math` is all it takes.

Example: for a = 2 and b = −3, let c = a b + a = −4. By a it has the slope b + 1 = −2, since a is used twice, and by b the slope
a = 2.

Source: Baydin, Pearlmutter, Radul and Siskind, *Automatic differentiation in machine learning: a survey* (2018), section 3.2.
"""

from __future__ import annotations

import math
from collections.abc import Sequence


class Value:
    """A number that remembers how it was made.

    >>> a, b = Value(2.0), Value(-3.0)
    >>> c = a * b + a
    >>> c.data
    -4.0
    >>> c.backward()
    >>> a.grad, b.grad, c.grad
    (-2.0, 2.0, 1.0)
    """

    data: float
    grad: float

    def __init__(self, data: float, made_of: Sequence[tuple[Value, float]] = ()):
        """Begin with a gradient of 0; `made_of` is yours to use or to change, nobody else gives it.

        >>> Value(2.0).grad
        0.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def __add__(self, other: Value | float) -> Value:
        """The sum.

        >>> (Value(2.0) + 1).data
        3.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def __mul__(self, other: Value | float) -> Value:
        """The product.

        >>> (3 * Value(2.0)).data
        6.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def __pow__(self, exponent: float) -> Value:
        """The power with a number as the exponent.

        >>> (Value(-2.0) ** 3).data
        -8.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def relu(self) -> Value:
        """The number, or 0 if it is negative.

        >>> a = Value(0.0)
        >>> a.relu().backward()
        >>> a.grad
        0.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def exp(self) -> Value:
        """The exponential.

        >>> Value(0.0).exp().data
        1.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def log(self) -> Value:
        """The natural logarithm.

        >>> Value(1.0).log().data
        0.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def backward(self) -> None:
        """Add to the gradient of every value that this one was made from, and to its own.

        >>> a = Value(3.0)
        >>> square = a * a
        >>> square.backward()
        >>> a.grad
        6.0
        >>> square.backward()
        >>> a.grad
        12.0
        """
        # YOUR CODE HERE
        raise NotImplementedError

    # What follows is put together from the above.

    def __neg__(self) -> Value:
        return self * -1

    def __sub__(self, other: Value | float) -> Value:
        return self + -other

    def __truediv__(self, other: Value | float) -> Value:
        return self * other**-1

    def __radd__(self, other: float) -> Value:
        return self + other

    def __rmul__(self, other: float) -> Value:
        return self * other

    def __rsub__(self, other: float) -> Value:
        return -self + other

    def __rtruediv__(self, other: float) -> Value:
        return self**-1 * other
