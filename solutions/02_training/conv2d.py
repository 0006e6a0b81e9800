r"""# Convolution over an image

An edge is an edge wherever it stands in an image. A convolution looks for it everywhere with one small grid of weights,
the kernel: it lays the kernel over every place, multiplies each pixel by the weight that lies on it, and sums up. A linear
layer would need weights of its own for every place. Vision models cut an image into patches that way, and speech models
shorten a recording.

An image has $C$ channels, such as red, green and blue, and so has a kernel. There are $O$ kernels, and each makes one
channel of the result. For image $b$ and kernel $o$, with stride $s$, at row $i$ and column $j$ of the result:

$$y_{b,o,i,j} = \text{bias}_o + \sum_{c=1}^{C} \sum_{u=0}^{k_h - 1} \sum_{v=0}^{k_w - 1}
w_{o,c,u,v} \; \tilde x_{b,\,c,\,s i + u,\,s j + v}$$

$\tilde x$ is $x$ with `padding` rows of zeros above and below, and as many columns of zeros to the left and to the right.
The kernel moves on by $s$ pixels at a time, down and to the right, as long as the whole of it lies on $\tilde x$. So
the result has

$$H' = \left\lfloor \frac{H + 2 \cdot \text{padding} - k_h}{s} \right\rfloor + 1 \quad \text{rows, and} \quad
W' = \left\lfloor \frac{W + 2 \cdot \text{padding} - k_w}{s} \right\rfloor + 1 \quad \text{columns.}$$

**Write** `conv2d(x, weight, bias=None, stride=1, padding=0)`.

- `x` is (B, C, H, W), `weight` is (O, C, kh, kw), `bias` is (O,) or None; the result is (B, O, H', W'). The dtype stays as
  it is, half precision included.
- `stride` is a whole number of 1 or more, `padding` one of 0 or more; each is the same for rows and columns. (torch's own
  takes pairs and words as well.)
- Image and kernel need not be square. What the last step does not reach is left over. A stride may be larger than the
  kernel: then pixels in between are left out.
- The kernel is not flipped: the formula is what deep learning calls a convolution, and mathematics a cross-correlation.
- B may be 1, or 0: no images give no results, (0, O, H', W').
- Raise `ValueError` where `weight` is for another number of channels than `x` has, also where one of the two is 1; and
  where the kernel is larger than the padded image. (torch raises `RuntimeError`.)
- Gradients reach `x`, `weight` and `bias`. `x` is left as it is.
- Do without torch's own convolutions, forward and backward. Its `unfold` and its matrix products may be used.

Example: the image `[[1, 2, 3], [4, 5, 6], [7, 8, 9]]` and the kernel `[[1, 0], [0, 10]]`, each of one channel. The
kernel fits in four places; in the first it gives 1 · 1 + 10 · 5 = 51. The result is `[[51, 62], [84, 95]]`. With a
stride of 2 it is `[[51]]`, and the third row and column are left over.

Source: Goodfellow, Bengio and Courville, *Deep Learning* (2016), section 9.1, equation 9.6 (the kernel is not flipped),
and section 9.5, equation 9.8 (channels and stride).
"""

import torch
from jaxtyping import Float
from torch import Tensor


def conv2d(
    x: Float[Tensor, "B C H W"],
    weight: Float[Tensor, "O C kh kw"],
    bias: Float[Tensor, "O"] | None = None,
    stride: int = 1,
    padding: int = 0,
) -> Float[Tensor, "B O H2 W2"]:
    """Each image with each kernel laid over every place of it.

    Raises:
        ValueError: image and kernel have different numbers of channels, or the kernel does not fit.

    >>> image = torch.arange(1.0, 10.0).view(1, 1, 3, 3)
    >>> kernel = torch.tensor([[[[1.0, 0.0], [0.0, 10.0]]]])
    >>> conv2d(image, kernel)
    tensor([[[[51., 62.],
              [84., 95.]]]])
    >>> conv2d(image, kernel, bias=torch.tensor([0.5]), stride=2)
    tensor([[[[51.5000]]]])
    >>> conv2d(image, kernel, padding=1).shape
    torch.Size([1, 1, 4, 4])
    """
    ### BEGIN SOLUTION
    rows, columns = weight.shape[2:]
    padded = torch.nn.functional.pad(x, (padding, padding, padding, padding))  # (B, C, H + 2p, W + 2p)
    if weight.shape[1] != x.shape[1]:
        raise ValueError(f"the weights are for {weight.shape[1]} channels, the images have {x.shape[1]}")
    if rows > padded.shape[2] or columns > padded.shape[3]:
        raise ValueError(f"a kernel of {rows} by {columns} does not fit into {tuple(padded.shape[2:])}")
    windows = padded.unfold(2, rows, stride).unfold(3, columns, stride)  # (B, C, H', W', kh, kw)
    y = torch.einsum("bcijuv,ocuv->boij", windows, weight)  # (B, O, H', W')
    return y if bias is None else y + bias[:, None, None]
    ### END SOLUTION
