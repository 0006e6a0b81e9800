"""Wrong: the number of patches is a float, since one side was divided by the other."""

from torch import nn


class PatchEmbedding(nn.Module):
    def __init__(self, image_size, patch_size, channels, d_model):
        super().__init__()
        if image_size % patch_size != 0:
            raise ValueError(f"{image_size} pixels cannot be cut into patches of {patch_size}")
        self.image_size, self.patch_size, self.channels = image_size, patch_size, channels
        self.num_patches = (image_size / patch_size) ** 2
        self.proj = nn.Linear(channels * patch_size**2, d_model)

    def forward(self, images):
        B, C, H, W = images.shape
        if (C, H, W) != (self.channels, self.image_size, self.image_size):
            raise ValueError(f"images of {(C, H, W)} do not fit")
        P = self.patch_size
        n = self.image_size // P
        patches = images.reshape(B, C, n, P, n, P).permute(0, 2, 4, 1, 3, 5)
        return self.proj(patches.reshape(B, n * n, C * P * P))
