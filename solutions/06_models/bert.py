r"""# BERT, with the weights of BERT

BERT reads a text in both directions: each token attends to all the others. Its encoder is a stack of L equal layers, those
of the first Transformer. On top of it, the vector of the first token, [CLS], goes through one more layer, the pooler: what
comes out speaks for the whole text, and a classifier can stand on it.

$$\begin{aligned}
x &\leftarrow \operatorname{LayerNorm}_1\!\left(x + \operatorname{Attention}(x)\right) \\
x &\leftarrow \operatorname{LayerNorm}_2\!\left(x + W_\text{down} \operatorname{gelu}(W_\text{up}\, x + b_\text{up}) +
b_\text{down}\right)
\end{aligned} \qquad \text{pooled} = \tanh(W_\text{pool}\, x_0 + b_\text{pool})$$

Beware if you come from GPT-2: here the norm stands behind the sum (post-norm), and GELU is the exact one.

The best proof that a model is right is that somebody else's weights work in it. They come from `transformers`, the library
of Hugging Face, whose `BertModel` gives the same numbers.

**Write** `class Bert(nn.Module)`, with `__init__(config)`, `forward(input_ids, attention_mask=None, token_type_ids=None)` and
`load_hf(state_dict)`. Take along your `LayerNorm` and `BertEmbeddings` from `bert_embeddings`: copy them into this file, they
may stay as they are. Besides what these need, `config` has

| | |
|---|---|
| `config.num_hidden_layers`, `config.num_attention_heads` | L layers, and H heads in each |
| `config.intermediate_size` | the width F of the feed-forward network |
| `config.attention_probs_dropout_prob` | how much of the attention's weights is dropped |

- The model has `embeddings`, your `BertEmbeddings`; `layers`, an `nn.ModuleList` of L layers; and `pooler`, an
  `nn.Linear(D, D)`. Each layer has `q_proj`, `k_proj`, `v_proj` and `out_proj`, an `nn.Linear(D, D)` each; `attention_norm`;
  `up`, an `nn.Linear(D, F)`; `down`, an `nn.Linear(F, D)`; and `output_norm`. All linear layers have a bias, and all norms
  the ε of `config.layer_norm_eps`. There are no other parameters and no buffers, unless registered with `persistent=False`.
- Attention is that of `multi_head_attention`: head i has the features $i d$ to $(i + 1) d - 1$ with d = D / H, and scores are
  divided by √d. Raise `ValueError` in `__init__` if D is not a multiple of H.
- `forward` takes ids, mask and types, all (B, T) and int64, and returns a tuple `(hidden, pooled)`, (B, T, D) and (B, D), in
  the dtype of the weights. The arguments stay as they are.
- `attention_mask` is 1 for a token and 0 for padding, which may be on either side. No token attends to padding,
  whatever the scores. Without a
  mask, all are tokens. Each sequence has at least one. The vectors of padding are computed like any others, and compared,
  too. (So the pooler takes position 0, even if padding stands there.)
- **Dropout**, in training mode only: `hidden_dropout_prob` in the embeddings, and in each layer on what `out_proj` and `down`
  give, before it is added; `attention_probs_dropout_prob` on the weights of the attention, after the softmax.
- **First weights**: those of all linear layers are normal with mean 0 and standard deviation `config.initializer_range`,
  their biases are 0.
- Of torch you may use `nn.Linear`, `nn.Embedding`, `nn.Dropout`, `F.gelu` and `softmax`; do without its own attention and its
  layers that normalise. A softmax or norm in float32 is welcome for weights in half precision, but float64 must not be
  rounded to it.

**`load_hf(state_dict)`** takes over the weights of a `transformers.BertModel` of the same sizes.

| there | here |
|---|---|
| `embeddings.word_embeddings.weight`, and all others that begin with `embeddings.` | the same names |
| `encoder.layer.0.attention.self.query.weight` and its `bias`, and `key` and `value` likewise | `layers.0.q_proj`, `k_proj`, `v_proj` |
| `encoder.layer.0.attention.output.dense` | `layers.0.out_proj` |
| `encoder.layer.0.attention.output.LayerNorm` | `layers.0.attention_norm` |
| `encoder.layer.0.intermediate.dense` | `layers.0.up` |
| `encoder.layer.0.output.dense` | `layers.0.down` |
| `encoder.layer.0.output.LayerNorm` | `layers.0.output_norm` |
| `pooler.dense` | `pooler` |

- The numbers are copied into the model's own parameters: these keep their dtype, and training them afterwards leaves
  `state_dict` as it is.
- There may be more entries than these: older versions kept `embeddings.position_ids`. Pass them over.
- If one of the weights is missing, be it the pooler's, raise `KeyError`: a model with some weights of its own runs, and nobody would notice.

Example: BERT base has V = 30522, 512 positions, 2 types, D = 768, H = 12, L = 12 and F = 3072. Its embeddings have
23 837 184 numbers, a layer 7 087 872, the pooler 590 592: 109 482 240 in all.

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3; Vaswani et al., *Attention Is All You Need* (2017), section
3.1, for the layer. Names are those of `transformers` 5.
"""

import math
from types import SimpleNamespace

import torch
import torch.nn.functional as F
from jaxtyping import Float, Int64
from torch import Tensor, nn


class LayerNorm(nn.Module):
    """Yours from `bert_embeddings`."""

    def __init__(self, d_model: int, eps: float):
        """Make `weight` and `bias`."""
        super().__init__()
        ### BEGIN SOLUTION
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d_model))
        self.bias = nn.Parameter(torch.zeros(d_model))
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each token with mean 0 and variance 1, then scaled and moved."""
        ### BEGIN SOLUTION
        centred = x - x.mean(dim=-1, keepdim=True)  # (..., D)
        variance = centred.square().mean(dim=-1, keepdim=True)  # (..., 1)
        return centred / (variance + self.eps).sqrt() * self.weight + self.bias  # (..., D)
        ### END SOLUTION


class BertEmbeddings(nn.Module):
    """Yours from `bert_embeddings`."""

    def __init__(self, config: SimpleNamespace):
        """Make the three tables and the norm, with their first weights."""
        super().__init__()
        ### BEGIN SOLUTION
        self.word_embeddings = nn.Embedding(config.vocab_size, config.hidden_size, padding_idx=config.pad_token_id)
        self.position_embeddings = nn.Embedding(config.max_position_embeddings, config.hidden_size)
        self.token_type_embeddings = nn.Embedding(config.type_vocab_size, config.hidden_size)
        self.LayerNorm = LayerNorm(config.hidden_size, config.layer_norm_eps)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        for table in (self.word_embeddings, self.position_embeddings, self.token_type_embeddings):
            nn.init.normal_(table.weight, std=config.initializer_range)
        nn.init.zeros_(self.word_embeddings.weight[config.pad_token_id])
        ### END SOLUTION

    def forward(
        self, input_ids: Int64[Tensor, "B T"], token_type_ids: Int64[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B T D"]:
        """The vector of each token."""
        ### BEGIN SOLUTION
        if token_type_ids is None:
            token_type_ids = torch.zeros_like(input_ids)
        x = self.word_embeddings(input_ids) + self.token_type_embeddings(token_type_ids)  # (B, T, D)
        x = x + self.position_embeddings.weight[: input_ids.shape[1]]  # (B, T, D)
        return self.dropout(self.LayerNorm(x))  # (B, T, D)
        ### END SOLUTION


class BertLayer(nn.Module):
    """Attention and a feed-forward network, each added to its tokens, each sum normalised."""

    def __init__(self, config: SimpleNamespace):
        """Make the eight parts."""
        super().__init__()
        ### BEGIN SOLUTION
        D, hidden = config.hidden_size, config.intermediate_size
        self.num_heads = config.num_attention_heads
        self.q_proj, self.k_proj, self.v_proj = nn.Linear(D, D), nn.Linear(D, D), nn.Linear(D, D)
        self.out_proj = nn.Linear(D, D)
        self.attention_norm = LayerNorm(D, config.layer_norm_eps)
        self.up = nn.Linear(D, hidden)
        self.down = nn.Linear(hidden, D)
        self.output_norm = LayerNorm(D, config.layer_norm_eps)
        self.weights_dropout = nn.Dropout(config.attention_probs_dropout_prob)
        self.dropout = nn.Dropout(config.hidden_dropout_prob)
        ### END SOLUTION

    def forward(self, x: Float[Tensor, "B T D"], attention_mask: Int64[Tensor, "B T"]) -> Float[Tensor, "B T D"]:
        """The tokens, after they attended to those that are no padding."""
        ### BEGIN SOLUTION
        q, k, v = (
            layer(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)  # (B, H, T, d)
            for layer in (self.q_proj, self.k_proj, self.v_proj)
        )
        scores = q @ k.mT / math.sqrt(q.shape[-1])  # (B, H, T, T)
        padding = attention_mask[:, None, None, :] == 0  # (B, 1, 1, T)
        weights = scores.masked_fill(padding, -math.inf).softmax(dim=-1)  # (B, H, T, T)
        found = (self.weights_dropout(weights) @ v).transpose(1, 2).flatten(2)  # (B, T, D)
        x = self.attention_norm(x + self.dropout(self.out_proj(found)))  # (B, T, D)
        return self.output_norm(x + self.dropout(self.down(F.gelu(self.up(x)))))  # (B, T, D)
        ### END SOLUTION


class Bert(nn.Module):
    """Embeddings, a stack of layers, and the pooler.

    >>> config = SimpleNamespace(
    ...     vocab_size=30, hidden_size=6, max_position_embeddings=8, type_vocab_size=2, pad_token_id=0,
    ...     num_hidden_layers=2, num_attention_heads=3, intermediate_size=10, layer_norm_eps=1e-12,
    ...     hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.1, initializer_range=0.02,
    ... )
    >>> bert = Bert(config)
    >>> hidden, pooled = bert(torch.tensor([[5, 7, 9], [5, 7, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]]))
    >>> hidden.shape, pooled.shape
    (torch.Size([2, 3, 6]), torch.Size([2, 6]))
    >>> [name for name, _ in bert.named_children()]
    ['embeddings', 'layers', 'pooler']
    """

    embeddings: BertEmbeddings
    layers: nn.ModuleList
    pooler: nn.Linear

    def __init__(self, config: SimpleNamespace):
        """Make the parts, with their first weights.

        Raises:
            ValueError: the width is not a multiple of the number of heads.
        """
        super().__init__()
        ### BEGIN SOLUTION
        if config.hidden_size % config.num_attention_heads:
            raise ValueError(f"{config.num_attention_heads} heads cannot share a width of {config.hidden_size} evenly")
        self.embeddings = BertEmbeddings(config)
        self.layers = nn.ModuleList(BertLayer(config) for _ in range(config.num_hidden_layers))
        self.pooler = nn.Linear(config.hidden_size, config.hidden_size)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.normal_(module.weight, std=config.initializer_range)
                nn.init.zeros_(module.bias)
        ### END SOLUTION

    def forward(
        self,
        input_ids: Int64[Tensor, "B T"],
        attention_mask: Int64[Tensor, "B T"] | None = None,
        token_type_ids: Int64[Tensor, "B T"] | None = None,
    ) -> tuple[Float[Tensor, "B T D"], Float[Tensor, "B D"]]:
        """The vectors of all tokens, and what the pooler makes of the first one."""
        ### BEGIN SOLUTION
        if attention_mask is None:
            attention_mask = torch.ones_like(input_ids)
        hidden = self.embeddings(input_ids, token_type_ids)  # (B, T, D)
        for layer in self.layers:
            hidden = layer(hidden, attention_mask)  # (B, T, D)
        pooled = torch.tanh(self.pooler(hidden[:, 0]))  # (B, D)
        return hidden, pooled
        ### END SOLUTION

    def load_hf(self, state_dict: dict[str, Tensor]) -> None:
        """Copy the weights of a `transformers.BertModel`.

        Raises:
            KeyError: one of the weights is missing.
        """
        ### BEGIN SOLUTION
        theirs = {
            "q_proj": "attention.self.query",
            "k_proj": "attention.self.key",
            "v_proj": "attention.self.value",
            "out_proj": "attention.output.dense",
            "attention_norm": "attention.output.LayerNorm",
            "up": "intermediate.dense",
            "down": "output.dense",
            "output_norm": "output.LayerNorm",
        }
        for name, parameter in self.named_parameters():
            if name.startswith("layers."):
                _, number, part, kind = name.split(".")
                name = f"encoder.layer.{number}.{theirs[part]}.{kind}"
            elif name.startswith("pooler."):
                name = name.replace("pooler.", "pooler.dense.")
            with torch.no_grad():
                parameter.copy_(state_dict[name])
        ### END SOLUTION
