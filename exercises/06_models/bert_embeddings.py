r"""# What BERT reads: words, positions and types

To BERT a token is a number, its id. Before anything can be computed, it has to become a vector, and this vector has to say
all that the model is to know about the token: which word it is, at which place it stands, and which of the two texts it is
of. Attention itself sees no order. BERT has a table for each of the three, looks up one row in each, and adds them:

$$x_t = \text{word}[\text{id}_t] + \text{position}[t] + \text{type}[\text{type}_t], \qquad
\text{result}_t = \operatorname{Dropout}(\operatorname{LayerNorm}(x_t))$$

$$\operatorname{LayerNorm}(x) = \frac{x - \operatorname{mean}(x)}{\sqrt{\operatorname{var}(x) + \varepsilon}} \odot w + b$$

Mean and variance are those of the D features of a token; the variance is the mean of the squared distances, divided by D.
All three tables are learned, the one of the positions, too. So there is no position beyond the last one in the table.

**Write** `class BertEmbeddings(nn.Module)`, with `__init__(config)` and `forward(input_ids, token_type_ids=None)`. `config`
has the names of Hugging Face's `transformers`, and these are all you need:

| | |
|---|---|
| `config.vocab_size`, `config.hidden_size` | V words, and the width D |
| `config.max_position_embeddings`, `config.type_vocab_size` | P positions, and K types of tokens |
| `config.layer_norm_eps`, `config.hidden_dropout_prob` | ε of the norm, and how much dropout drops |
| `config.initializer_range`, `config.pad_token_id` | how far the first weights spread, and the id of padding |

- The layers have the names of `transformers`, too, so that its weights fit: `word_embeddings`, `position_embeddings` and
  `token_type_embeddings` are an `nn.Embedding` each, with V, P and K rows; `LayerNorm` has `weight` and `bias` (D,). There
  are no other parameters and no buffers, unless registered with `persistent=False`.
- `forward` takes ids (B, T) and types (B, T), both int64, and returns (B, T, D) in the dtype of the weights. Without types,
  all are 0.
- Positions count from 0 in each sequence, whatever the ids are. Padding is counted as well, on the left, too.
- More tokens than there are positions are refused by a `ValueError`. As many as there are positions are welcome.
- Dropout comes last, after the norm, and in training mode only. Each number is dropped or kept by itself.
- The vector of the word `pad_token_id` is not learned: its gradient is 0. (`nn.Embedding` has an argument for that. The
  vector is looked up and added like any other.)
- **First weights**: the three tables are drawn from a normal distribution with mean 0 and standard deviation
  `initializer_range`; torch's own 1 is fifty times as much as BERT's 0.02. The row of `pad_token_id` is 0. The norm's weight
  is 1 and its bias 0.
- You may take along what you wrote in `layer_norm` and `dropout`: copy it into this file. Of torch you may use
  `nn.Embedding` and `nn.Dropout`; do without its layers that normalise. A norm that is computed in float32 is welcome for
  weights in half precision, but float64 must not be rounded to it.

Example: let D = 2, with ε tiny, and let the norm have its first weights. The word's row is (1, 0), that of position 0 is
(0, 2), that of type 0 is (0, 1). The sum is (1, 3), with mean 2 and variance 1, so the result is (−1, 1).

Source: Devlin, Chang, Lee and Toutanova, *BERT* (2019), section 3 and figure 2; names and norm are those of `transformers`
(`BertEmbeddings`).
"""

from types import SimpleNamespace

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn


class LayerNorm(nn.Module):
    """Normalisation of each token's features, as in the exercise `layer_norm`.

    >>> LayerNorm(2, eps=1e-12)(torch.tensor([[1.0, 3.0]])).detach()
    tensor([[-1.,  1.]])
    """

    def __init__(self, d_model: int, eps: float):
        """Make `weight` and `bias`."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(self, x: Float[Tensor, "*batch D"]) -> Float[Tensor, "*batch D"]:
        """Each token with mean 0 and variance 1, then scaled and moved."""
        # YOUR CODE HERE
        raise NotImplementedError


class BertEmbeddings(nn.Module):
    """The vectors of words, positions and types, added and normalised.

    >>> config = SimpleNamespace(
    ...     vocab_size=30, hidden_size=4, max_position_embeddings=8, type_vocab_size=2,
    ...     layer_norm_eps=1e-12, hidden_dropout_prob=0.1, initializer_range=0.02, pad_token_id=0,
    ... )
    >>> embeddings = BertEmbeddings(config)
    >>> embeddings(torch.tensor([[5, 7, 9], [5, 0, 0]])).shape
    torch.Size([2, 3, 4])
    >>> [name for name, _ in embeddings.named_parameters()][:3]
    ['word_embeddings.weight', 'position_embeddings.weight', 'token_type_embeddings.weight']
    >>> embeddings.word_embeddings.weight[0].tolist()
    [0.0, 0.0, 0.0, 0.0]
    """

    word_embeddings: nn.Embedding
    position_embeddings: nn.Embedding
    token_type_embeddings: nn.Embedding
    LayerNorm: nn.Module

    def __init__(self, config: SimpleNamespace):
        """Make the three tables and the norm, with their first weights."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(
        self, input_ids: Int64[Tensor, "B T"], token_type_ids: Int64[Tensor, "B T"] | None = None
    ) -> Float[Tensor, "B T D"]:
        """The vector of each token.

        Raises:
            ValueError: there are more tokens than positions.

        >>> config = SimpleNamespace(
        ...     vocab_size=3, hidden_size=2, max_position_embeddings=4, type_vocab_size=2,
        ...     layer_norm_eps=1e-12, hidden_dropout_prob=0.0, initializer_range=0.02, pad_token_id=0,
        ... )
        >>> embeddings = BertEmbeddings(config)
        >>> with torch.no_grad():
        ...     embeddings.word_embeddings.weight[1] = torch.tensor([1.0, 0.0])
        ...     embeddings.position_embeddings.weight[0] = torch.tensor([0.0, 2.0])
        ...     embeddings.token_type_embeddings.weight[0] = torch.tensor([0.0, 1.0])
        >>> embeddings(torch.tensor([[1]])).detach()
        tensor([[[-1.,  1.]]])
        """
        # YOUR CODE HERE
        raise NotImplementedError
