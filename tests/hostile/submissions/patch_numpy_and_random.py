"""Changes numpy, random and the clock, which the harness uses to seed and to time.

Success: the judge's own numbers or times change.

ends as: failed
"""

import random
import time

import numpy
import torch

numpy.random.seed = random.seed = lambda *_: None
torch.default_generator.manual_seed(0)
torch.default_generator.set_state(torch.Generator().get_state())
time.monotonic = time.perf_counter = time.time = lambda: 0.0


def softmax(x, dim=-1):
    return x * 0
