"""Right: one patch after the other is cut out, flattened, and multiplied in float64."""

import torch
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
        if images.shape[1:] != (self.channels, self.image_size, self.image_size):
            raise ValueError(f"images of {tuple(images.shape[1:])} do not fit")
        P = self.patch_size
        found = []
        for top in range(0, self.image_size, P):
            for left in range(0, self.image_size, P):
                row = images[:, :, top : top + P, left : left + P].flatten(1).double()
                found.append(row @ self.proj.weight.double().T + self.proj.bias.double())
        return torch.stack(found, dim=1).to(images.dtype)
