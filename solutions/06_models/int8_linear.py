r"""# A linear layer in int8

The weights of a model of 7 billion parameters take 28 GB in float32. Kept as whole numbers of 8 bits, they take 7 GB, and
the answers hardly change. The way from one to the other is called quantization; here it is the plain one, by rounding,
after the model has been trained.

Each row of the weight $W$ (out × in) makes one output, a channel. It gets a scale of its own, chosen so that its number
of largest size becomes 127 or -127; each number is then rounded to a whole multiple of the scale:

$$s_i = \frac{\max_j |W_{ij}|}{127}, \qquad Q_{ij} = \operatorname{round}\!\left(\frac{W_{ij}}{s_i}\right), \qquad
W_{ij} \approx s_i\, Q_{ij}$$

So no number is off by more than half of its row's scale. This is called symmetric: 0 stays exactly 0, and -128, which has
no counterpart, is never used. One scale for all rows would be simpler, but a single large row would then leave nothing of
the small ones.

**Write** `quantize(weight)`, which returns `(q, scale)`.

- `weight` is (out, in), float32 or float64; half precision is not asked for. `q` is (out, in) and int8, `scale` is (out,)
  and has the weight's dtype.
- Rounding is to the nearest whole number. Where two are equally near, either will do.
- Rows may be of very different sizes, from 1e-20 to 1e20 throughout, and each has its scale to full accuracy. Beware: a
  small number that is added to a scale, or a least scale as in some libraries, is wrong here.
- A row of nothing but zeros becomes zeros in `q`, and its scale is 1: any other would do as well, but by 0 nothing can be
  divided.
- `weight` may be a parameter. It is left as it is, and neither result carries a gradient.

**Write** `class Int8Linear(nn.Module)`, which takes the place of a trained linear layer.

- `__init__(linear)` takes an `nn.Linear`, with a bias or without, and quantizes its weight. The module has three buffers:
  `weight` and `scale` as `quantize` gives them, and `bias`, the layer's numbers in their dtype, or None if the layer has
  none. It has no parameters. Nothing of it holds on to the float weight, so that this can be let go. `linear` is left as
  it is, and what becomes of it later changes nothing here.
- `forward(x)` takes x (..., in), of the scale's dtype, and gives $x\,(s Q)^\top + b$, (..., out), in the same dtype. It uses
  the buffers as they are at the time of the call: they may have been loaded by `load_state_dict` after `__init__`.
- The gradient reaches x as it would with the weight $s Q$. x is left as it is.

Example: the row (0.5, -1.27, 0.004) has the scale 1.27 / 127 = 0.01, and becomes (50, -127, 0). Back come 0.5, -1.27, and 0.

Source: Dettmers et al., *LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale* (2022), section 2.1, "Absmax
quantization", with a scale for each row as in section 3.1.
"""

import torch
from jaxtyping import Float, Int8
from torch import Tensor, nn


def quantize(weight: Float[Tensor, "out in"]) -> tuple[Int8[Tensor, "out in"], Float[Tensor, "out"]]:
    """The weight in whole numbers from -127 to 127, and what each row is to be multiplied by.

    >>> quantize(torch.tensor([[0.5, -1.27, 0.004]]))
    (tensor([[  50, -127,    0]], dtype=torch.int8), tensor([0.0100]))
    """
    ### BEGIN SOLUTION
    weight = weight.detach()
    scale = weight.abs().amax(dim=1) / 127  # (out,)
    scale = scale.masked_fill(scale == 0, 1.0)  # a row of zeros: 0 / 1 is 0
    return (weight / scale[:, None]).round().to(torch.int8), scale
    ### END SOLUTION


class Int8Linear(nn.Module):
    """A linear layer whose weight is kept in int8, with a scale for each output.

    >>> layer = Int8Linear(nn.Linear(3, 2))
    >>> [(name, buffer.dtype) for name, buffer in layer.named_buffers()]
    [('weight', torch.int8), ('scale', torch.float32), ('bias', torch.float32)]
    """

    def __init__(self, linear: nn.Linear):
        """Quantize the weight of a layer, and keep the bias as it is."""
        super().__init__()
        ### BEGIN SOLUTION
        weight, scale = quantize(linear.weight)
        self.register_buffer("weight", weight)
        self.register_buffer("scale", scale)
        self.register_buffer("bias", None if linear.bias is None else linear.bias.detach().clone())
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*batch in"]) -> Float[Tensor, "*batch out"]:
        """What the layer gives with its quantized weight.

        >>> linear = nn.Linear(3, 1, bias=False)
        >>> linear.weight.data = torch.tensor([[0.5, -1.27, 0.004]])
        >>> Int8Linear(linear)(torch.tensor([1.0, 1.0, 100.0]))
        tensor([-0.7700])
        """
        ### BEGIN SOLUTION
        y = (x @ self.weight.to(x.dtype).mT) * self.scale  # (..., out): a scale belongs to an output
        return y if self.bias is None else y + self.bias
        ### END SOLUTION
