"""Wrong: where each pixel goes is kept in a buffer, though not in the state."""

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
        places = torch.arange(channels * image_size**2).view(1, channels, image_size, image_size)
        self.register_buffer("places", self.cut(places)[0], persistent=False)

    def cut(self, images):
        P = self.patch_size
        pieces = images.unfold(2, P, P).unfold(3, P, P)
        return pieces.permute(0, 2, 3, 1, 4, 5).flatten(3).flatten(1, 2)

    def forward(self, images):
        B, C, H, W = images.shape
        if (C, H, W) != (self.channels, self.image_size, self.image_size):
            raise ValueError(f"images of {(C, H, W)} do not fit")
        return self.proj(images.flatten(1)[:, self.places])
