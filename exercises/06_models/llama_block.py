r"""# A block of Llama

Four years lie between GPT-2 and Llama, and a block has still the same two parts on the same residual stream. What has
changed are the parts themselves, and each change is one that you have written already. The norms do not subtract a mean.
Positions are not added to the tokens but turn queries and keys. Several query heads share a head of keys and values. The
feed-forward network has a gate, which says feature by feature how much of the other half gets through. And no linear layer
has a bias.

$$\begin{aligned}
x &\leftarrow x + \operatorname{Attention}(\operatorname{RMSNorm}(x)) \\
x &\leftarrow x + W_\text{down} \left( \operatorname{silu}(W_\text{gate}\, y) \odot W_\text{up}\, y \right), \qquad
y = \operatorname{RMSNorm}(x)
\end{aligned}$$

$$\operatorname{RMSNorm}(x) = \frac{x}{\sqrt{\operatorname{mean}(x^2) + \varepsilon}} \odot w, \qquad
\operatorname{silu}(z) = \frac{z}{1 + e^{-z}}$$

**Write** `class LlamaBlock(nn.Module)`, with `__init__(config)`, `forward(x)` and `load_hf(state_dict)`. Take along your
`RMSNorm` from `rms_norm` and both functions from `rope`: copy them into this file. `config` has the names of
`transformers`, and these are all you need:

| | |
|---|---|
| `config.hidden_size`, `config.intermediate_size` | the width D of a token, and the width F of the feed-forward network |
| `config.num_attention_heads`, `config.num_key_value_heads` | H heads of queries, G heads of keys and values |
| `config.head_dim` | the width d of each head, an even number; it need not be D / H |
| `config.rms_norm_eps` | the ε of both norms |
| `config.rope_parameters["rope_theta"]` | the base of the angles |

The block has nine parameters, none of them a bias, and no buffers, unless registered with `persistent=False`:

| here | what it is | in `load_hf`'s `state_dict` |
|---|---|---|
| `attn_norm.weight`, `mlp_norm.weight` | (D,), of the norms before the two parts | `input_layernorm.weight`, `post_attention_layernorm.weight` |
| `q_proj` | `nn.Linear(D, H * d)` | `self_attn.q_proj.weight` |
| `k_proj`, `v_proj` | `nn.Linear(D, G * d)` | `self_attn.k_proj.weight`, `self_attn.v_proj.weight` |
| `out_proj` | `nn.Linear(H * d, D)` | `self_attn.o_proj.weight` |
| `gate`, `up` | `nn.Linear(D, F)` | `mlp.gate_proj.weight`, `mlp.up_proj.weight` |
| `down` | `nn.Linear(F, D)` | `mlp.down_proj.weight` |

- Raise `ValueError` in `__init__` if H is not a multiple of G. Query head i uses head ⌊i / (H / G)⌋ of keys and values.
- Queries and keys are turned head by head, as in `rope`: number i of the first half of a head together with number i of the
  second half, at position t by the angle $t / \theta^{2 i / d}$ with the base θ. Positions count from 0. Angles in float32
  are exact enough; in half precision they would not be.
- The attention is causal, and scores are divided by √d.
- `forward` takes (B, T, D) and returns (B, T, D), both of the same dtype, and leaves `x` as it is. There is no dropout.
- `load_hf(state_dict)` takes over the weights of one layer of a `transformers` Llama, a `LlamaDecoderLayer` with the same
  `config`. Its layers are `nn.Linear`, so nothing is transposed. The numbers are copied into the block's own parameters:
  these keep their dtype, and training them afterwards leaves `state_dict` as it is. There may be more entries, such as
  `self_attn.rotary_emb.inv_freq` of older versions: pass them over. If one of the nine is missing, raise `KeyError`.
- Of torch you may use `nn.Linear`, `F.silu` and `softmax`; do without its own attention and its layers that normalize.

Example: Llama 3 with 8 billion parameters has D = 4096, F = 14336, H = 32, G = 8 and d = 128. A block has
2 · 4096² + 2 · 4096 · 1024 numbers in its attention, 3 · 4096 · 14336 in its feed-forward network, and 2 · 4096 in its
norms: 218 112 000.

Source: Touvron et al., *LLaMA: Open and Efficient Foundation Language Models* (2023), section 2.2; grouped queries: Touvron
et al., *Llama 2* (2023), section 2.2; the gate: Shazeer, *GLU Variants Improve Transformer* (2020), equation 6, SwiGLU. Names
are those of `transformers` 5.
"""

import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn


class RMSNorm(nn.Module):
    """Yours from `rms_norm`."""

    def __init__(self, d_model: int, eps: float):
        """Make `weight`."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each vector, divided by its root mean square, times the weight."""
        # YOUR CODE HERE
        raise NotImplementedError


def rope_tables(length: int, d: int, base: float) -> tuple[Float[Tensor, "length d"], Float[Tensor, "length d"]]:
    """Yours from `rope`: cosines and sines of the angles of the positions 0 to `length` - 1."""
    # YOUR CODE HERE
    raise NotImplementedError


def apply_rope(
    x: Float[Tensor, "*batch T d"], cos: Float[Tensor, "T d"], sin: Float[Tensor, "T d"]
) -> Float[Tensor, "*batch T d"]:
    """Yours from `rope`: each vector of `x`, turned by the angles of its position."""
    # YOUR CODE HERE
    raise NotImplementedError


class LlamaBlock(nn.Module):
    """Causal attention with turned queries and keys, and a gated network, each behind a norm, each added to its tokens.

    >>> config = SimpleNamespace(
    ...     hidden_size=6, intermediate_size=10, num_attention_heads=4, num_key_value_heads=2, head_dim=2,
    ...     rms_norm_eps=1e-6, rope_parameters={"rope_theta": 10000.0},
    ... )
    >>> block = LlamaBlock(config)
    >>> block(torch.zeros(2, 3, 6)).shape
    torch.Size([2, 3, 6])
    >>> [name for name, _ in block.named_children()]
    ['attn_norm', 'q_proj', 'k_proj', 'v_proj', 'out_proj', 'mlp_norm', 'gate', 'up', 'down']
    """

    attn_norm: nn.Module
    q_proj: nn.Linear
    k_proj: nn.Linear
    v_proj: nn.Linear
    out_proj: nn.Linear
    mlp_norm: nn.Module
    gate: nn.Linear
    up: nn.Linear
    down: nn.Linear

    def __init__(self, config: SimpleNamespace):
        """Make the nine layers.

        Raises:
            ValueError: the heads cannot be divided evenly among those of keys and values.
        """
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """The tokens with what both parts add to them."""
        # YOUR CODE HERE
        raise NotImplementedError

    def load_hf(self, state_dict: dict[str, Tensor]) -> None:
        """Take over the weights of a layer of Hugging Face's Llama.

        Raises:
            KeyError: one of the weights is missing.
        """
        # YOUR CODE HERE
        raise NotImplementedError
