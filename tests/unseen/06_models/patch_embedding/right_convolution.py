"""Right: a row of the weight is the kernel of a convolution whose stride is its size."""

import torch.nn.functional as F
from torch import nn


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, d_model):
        super().__init__()
        if image_size % patch_size != 0:
            raise ValueError(f"{image_size} pixels cannot be cut into patches of {patch_size}")
        self.image_size, self.patch_size, self.channels = image_size, patch_size, channels
        self.num_patches = (image_size // patch_size) ** 2
        self.proj = nn.Linear(channels * patch_size**2, d_model)

    def forward(self, images):
        B, C, H, W = images.shape
        if (C, H, W) != (self.channels, self.image_size, self.image_size):
            raise ValueError(f"images of {(C, H, W)} do not fit")
        P = self.patch_size
        kernels = self.proj.weight.unflatten(1, (C, P, P))
        return F.conv2d(images, kernels, self.proj.bias, stride=P).flatten(2).mT
