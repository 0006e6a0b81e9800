r"""# GPT-2, with the weights of GPT-2

A stack of blocks becomes a language model by what is put below it and on top. Below, each token's id is looked up in one
table and its position in another, and the two vectors are added. On top stand a last norm and the head: it compares what
the stack has made of a token with the vector of each of the V words, by a dot product. So the head is the same table that
the ids are looked up in. That is called a tied head, and saves the smallest GPT-2 38 million parameters of 163.

$$x_t = \text{wte}[\text{id}_t] + \text{wpe}[t], \qquad x \leftarrow \operatorname{Block}_i(x), \ i = 0, \dots, L - 1, \qquad
\text{logits} = \operatorname{LayerNorm}_f(x)\, \text{wte}^\top$$

The best proof that a model is right is that somebody else's weights work in it. Here they come from `transformers`, the
library of Hugging Face, whose GPT-2 names and keeps them in its own way.

**Write** `class GPT2(nn.Module)`, with `__init__(config)`, `forward(input_ids)` and `load_hf(state_dict)`. Take along your
`LayerNorm` and `GPT2Block` from `gpt2_block`: copy them into this file, they may stay as they are. `config` has the names
of `transformers`, and these are all you need:

| | |
|---|---|
| `config.vocab_size`, `config.n_positions` | V words, and how many positions there are |
| `config.n_embd`, `config.n_head`, `config.n_layer` | the width D, heads in a block, and L blocks |

- The model has the layers `wte`, an `nn.Embedding(V, D)`; `wpe`, an `nn.Embedding(n_positions, D)`; `h`, an
  `nn.ModuleList` of L blocks; and `ln_f`, a LayerNorm. The head has no weight of its own: it may be a product with
  `wte.weight`, or a layer whose weight is that very parameter. There are no other parameters and no buffers, unless
  registered with `persistent=False`.
- `forward` takes ids (B, T) and returns the logits (B, T, V), in the dtype of the weights. Positions count from 0. There is
  no dropout. As in the block, float64 must not be rounded to float32.
- More tokens than there are positions are refused by a `ValueError`.
- **First weights**, drawn with mean 0: the standard deviation is 0.02 in both embeddings and in all linear layers, but
  $0.02 / \sqrt{2 L}$ in `out_proj` and `down` of each block. These are the 2 L layers whose results are added up along the
  residual stream; so the sum has the same spread however many there are. All biases are 0, all weights of norms 1.

What comes of it: the logits are near 0, all words are nearly as likely, and the loss of an untrained model is near $\ln V$.
Whoever sees 30 there has first weights that are too large.

**`load_hf(state_dict)`** takes over the weights of a `transformers.GPT2LMHeadModel` of the same sizes.

| there | here |
|---|---|
| `transformer.wte.weight`, `transformer.wpe.weight` | `wte.weight`, `wpe.weight` |
| `transformer.h.0.ln_1.weight`, `transformer.h.0.ln_1.bias`, and `ln_2` likewise | `h.0.ln_1.weight`, `h.0.ln_1.bias` |
| `transformer.h.0.attn.c_attn.weight` and its `bias` | `h.0.qkv_proj` |
| `transformer.h.0.attn.c_proj.weight` and its `bias` | `h.0.out_proj` |
| `transformer.h.0.mlp.c_fc.weight` and its `bias` | `h.0.up` |
| `transformer.h.0.mlp.c_proj.weight` and its `bias` | `h.0.down` |
| `transformer.ln_f.weight`, `transformer.ln_f.bias` | `ln_f` |
| `lm_head.weight` | the head, and so `wte.weight` once more; it may be missing |

- Beware: the four layers of a block are no `nn.Linear` there but a `Conv1D`, whose weight is (in, out), where that of an
  `nn.Linear` is (out, in). Each has to be transposed, also where it is square.
- The numbers are copied into the model's own parameters: these keep their dtype, the head stays tied, and training them
  afterwards leaves `state_dict` as it is.
- There may be more entries than these: older versions kept a mask as `transformer.h.0.attn.bias`. Pass them over,
  whatever their names.
- If one of the weights or biases is missing (all but `lm_head.weight`), raise `KeyError`: a model with some weights of its own runs,
  and nobody would notice why it writes nonsense.

Example: the smallest GPT-2 has V = 50257, 1024 positions, D = 768, H = 12 and L = 12. Its tables have
(50257 + 1024) · 768 numbers, a block 7 087 872, the last norm 1536: 124 439 808 in all. Its loss begins near
ln 50257 = 10.8.

Source: Radford et al., *Language Models are Unsupervised Multitask Learners* (2019), section 2.3, which has the scale of
the residual layers as $1/\sqrt N$ for their number N; 0.02 is in OpenAI's code. Press and Wolf, *Using the Output Embedding
to Improve Language Models* (2017), for the tied head. Names are those of `transformers` 5.
"""

import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor, nn


class LayerNorm(nn.Module):
    """Yours from `gpt2_block`."""

    def __init__(self, d_model: int):
        """Make `weight` and `bias`."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each token with mean 0 and variance 1, then scaled and moved."""
        # YOUR CODE HERE
        raise NotImplementedError


class GPT2Block(nn.Module):
    """Yours from `gpt2_block`."""

    def __init__(self, d_model: int, num_heads: int):
        """Make the six layers."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        """The tokens with what both parts add to them."""
        # YOUR CODE HERE
        raise NotImplementedError


class GPT2(nn.Module):
    """Two tables, a stack of blocks, a norm, and the first table once more.

    >>> config = SimpleNamespace(vocab_size=50, n_positions=8, n_embd=6, n_head=2, n_layer=2)
    >>> model = GPT2(config)
    >>> model(torch.tensor([[3, 1, 4]])).shape
    torch.Size([1, 3, 50])
    >>> [name for name, _ in model.named_parameters() if not name.startswith("h.")]
    ['wte.weight', 'wpe.weight', 'ln_f.weight', 'ln_f.bias']
    >>> ids = torch.randint(50, (4, 8))
    >>> loss = F.cross_entropy(model(ids).flatten(0, 1), ids.flatten())
    >>> abs(loss.item() - math.log(50)) < 0.2
    True
    """

    wte: nn.Embedding
    wpe: nn.Embedding
    h: nn.ModuleList
    ln_f: nn.Module

    def __init__(self, config: SimpleNamespace):
        """Make the layers, and draw their first weights."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, input_ids: Int[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        """The logits of the token after each one.

        Raises:
            ValueError: there are more tokens than positions.
        """
        # YOUR CODE HERE
        raise NotImplementedError

    def load_hf(self, state_dict: dict[str, Tensor]) -> None:
        """Take over the weights of a `transformers.GPT2LMHeadModel`.

        Raises:
            KeyError: one of the weights is missing.
        """
        # YOUR CODE HERE
        raise NotImplementedError
