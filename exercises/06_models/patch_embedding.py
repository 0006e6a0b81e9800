r"""# Patch embedding

A Transformer reads a sequence of vectors, and an image is none. The Vision Transformer makes one of it: it cuts the image
into square patches, writes the numbers of each patch in a row, and lets one linear layer turn each row into a vector.
From there on a patch is treated like a word.

Let the image have C channels and S × S pixels, and let a patch have P × P. There are n = S / P patches side by side, and
n rows of these, N = n² in all. Patch $i n + j$, counted from 0, is the one in row $i$ and column $j$ of patches: row by
row, as one reads. Of its numbers, the first channel comes first, and each channel is read row by row as well: the pixel
in row $u$ and column $v$ of a patch, of channel $c$, is number $c P^2 + u P + v$:

$$p_{i n + j,\; c P^2 + u P + v} = x_{c,\; i P + u,\; j P + v}, \qquad e_t = W p_t + b$$

So a row of $W$ (D × CP²) is the kernel of a convolution, written in a row: a convolution whose stride is the size of its
kernel gives the same.

**Write** `class PatchEmbedding(nn.Module)`.

- `__init__(image_size, patch_size, channels, d_model)` makes one layer, `proj`, an `nn.Linear` with a bias from C · P² to
  `d_model`. The module has no other parameters or buffers: no positions, no class token.
- Its attribute `num_patches` is N, an `int`, for whoever adds positions.
- Raise `ValueError` there if the side of the image is not a multiple of the side of a patch. A patch may be as large as
  the image, or a single pixel.
- `forward(images)` takes (B, C, S, S) and gives (B, N, D): the batch, the patches, the features, also if there is only one
  of any of these.
- Raise `ValueError` there if an image is not S × S, or has another number of channels; its patches may be cut evenly all
  the same.
- The images are of any floating-point dtype, which is also that of the layer, and it is kept. They need not lie in memory
  in the order of their axes. They are left as they are: pixels are not scaled.
- Gradients reach the images and the layer.

Example: an image of one channel and 4 × 4 pixels, numbered from 0 to 15 row by row, has four patches of 2 × 2. In a row,
they are (0, 1, 4, 5), (2, 3, 6, 7), (8, 9, 12, 13), (10, 11, 14, 15).

Source: Dosovitskiy et al., *An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale* (2021), section
3.1, equation 1 (without the class token and the positions).
"""

import torch
from jaxtyping import Float
from torch import Tensor, nn


class PatchEmbedding(nn.Module):
    """Square patches of images, each turned into a vector by the same linear layer.

    >>> import torch
    >>> embedding = PatchEmbedding(image_size=32, patch_size=8, channels=3, d_model=10)
    >>> embedding(torch.zeros(2, 3, 32, 32)).shape
    torch.Size([2, 16, 10])
    >>> embedding.num_patches, embedding.proj.weight.shape
    (16, torch.Size([10, 192]))
    """

    proj: nn.Linear
    num_patches: int

    def __init__(self, image_size: int, patch_size: int, channels: int, d_model: int):
        """Make the layer.

        Raises:
            ValueError: `image_size` is not a multiple of `patch_size`.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, images: Float[Tensor, "B C S S"]) -> Float[Tensor, "B N D"]:
        """A vector for each patch, row by row.

        Raises:
            ValueError: an image is of another size, or has another number of channels.

        >>> import torch
        >>> embedding = PatchEmbedding(4, 2, 1, 4)
        >>> embedding.proj.weight.data, embedding.proj.bias.data = torch.eye(4), torch.zeros(4)
        >>> embedding(torch.arange(16.0).view(1, 1, 4, 4)).detach()
        tensor([[[ 0.,  1.,  4.,  5.],
                 [ 2.,  3.,  6.,  7.],
                 [ 8.,  9., 12., 13.],
                 [10., 11., 14., 15.]]])
        """
        # YOUR CODE HERE
        raise NotImplementedError
