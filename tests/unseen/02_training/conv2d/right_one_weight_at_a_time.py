"""Goes over the places of the kernel, not of the image: each weight times all the pixels that it ever lies on."""

import torch


def conv2d(x, weight, bias=None, stride=1, padding=0):
    (b, channels, height, width), (o, c, kh, kw) = x.shape, weight.shape
    if c != channels:
        raise ValueError(f"{c} channels of weights for {channels} of the images")
    height, width = height + 2 * padding, width + 2 * padding
    if kh > height or kw > width:
        raise ValueError("the kernel is larger than the image")
    wide = x.new_zeros((b, channels, height, width), dtype=torch.float64)
    wide[:, :, padding : height - padding, padding : width - padding] = x
    y = wide.new_zeros(b, o, (height - kh) // stride + 1, (width - kw) // stride + 1)
    for u in range(kh):
        for v in range(kw):
            pixels = wide[:, :, u : height - kh + u + 1 : stride, v : width - kw + v + 1 : stride]
            y = y + torch.tensordot(weight[:, :, u, v].double(), pixels, dims=([1], [1])).transpose(0, 1)
    if bias is not None:
        y = y + bias.reshape(1, o, 1, 1)
    return y.to(x.dtype)
