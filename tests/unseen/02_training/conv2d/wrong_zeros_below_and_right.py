"""Puts all the zeros below and to the right: the shape is right, but the image is in the corner."""

import torch
import torch.nn.functional as F


def conv2d(x, weight, bias=None, stride=1, padding=0):
    O, C, kh, kw = weight.shape
    if x.shape[1] != C:
        raise ValueError("channels do not match")
    x = F.pad(x, (0, 2 * padding, 0, 2 * padding))
    B, _, H, W = x.shape
    if kh > H or kw > W:
        raise ValueError("kernel is larger than the padded image")
    patches = x.unfold(2, kh, stride).unfold(3, kw, stride)
    y = torch.einsum("bcijuv,ocuv->boij", patches, weight)
    return y if bias is None else y + bias[:, None, None]
