"""Leaves it to `einsum` to complain of the channels; but one channel it stretches to as many as the other has."""

import torch
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0):
    x = F.pad(x, (padding, padding, padding, padding))
    kh, kw = weight.shape[-2:]
    try:
        windows = x.unfold(2, kh, stride).unfold(3, kw, stride)
        y = torch.einsum("bchwij,ocij->bohw", windows, weight)
    except RuntimeError as error:
        raise ValueError("the shapes do not match") from error
    if bias is not None:
        y = y + bias.view(1, -1, 1, 1)
    return y
