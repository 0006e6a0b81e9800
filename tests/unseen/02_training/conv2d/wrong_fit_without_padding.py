"""Compares the kernel with the image as it came, and refuses one that fits once the zeros are there."""

import torch
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0):
    B, C, H, W = x.shape
    O, C2, kh, kw = weight.shape
    if C != C2:
        raise ValueError("different numbers of channels")
    if kh > H or kw > W:
        raise ValueError("the kernel is larger than the image")
    H2 = (H + 2 * padding - kh) // stride + 1
    W2 = (W + 2 * padding - kw) // stride + 1
    columns = F.unfold(x, (kh, kw), padding=padding, stride=stride)
    y = torch.matmul(weight.view(O, C * kh * kw), columns)
    if bias is not None:
        y = y + bias.view(O, 1)
    return y.view(B, O, H2, W2)
