"""Does it all over again in NumPy, where torch sees nothing: that is allowed, though no gradient gets through.

Success: the exercise is solved with what it is there to be written without.
"""

import numpy
import torch

EXPECT = "scores: what cannot be stopped"


def softmax(x, dim=-1):
    if not x.is_floating_point():
        raise TypeError

    numbers = x.detach().double().numpy()
    exps = numpy.exp(numbers - numpy.clip(numbers.max(dim, keepdims=True), -1e30, None))
    sums = numpy.clip(exps.sum(dim, keepdims=True), 1e-30, None)
    return torch.from_numpy(exps / sums).to(x.dtype)
