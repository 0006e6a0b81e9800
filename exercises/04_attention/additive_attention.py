r"""# Additive attention

The first attention came before the Transformer. A translator of 2014 read a sentence into one vector, and wrote the
translation from that vector alone; long sentences did not fit in. Attention let the writer look back: before each word
it writes, its state, the query, is compared with what was kept of every word that was read, the keys. The better a key
fits, the more of it is taken in.

There was no dot product yet. A small network with one hidden layer looks at a query $q$ and a key $k_s$ and gives a
score; a softmax over the S keys makes weights of the scores; and the result, the context, is the weighted mean of the
keys themselves:

$$e_s = v^\top \tanh(W q + U k_s), \qquad
\alpha_s = \frac{\exp(e_s)}{\sum_{j} \exp(e_j)}, \qquad
c = \sum_s \alpha_s k_s$$

Query and key need not have the same width: $W$ and $U$ bring both to the width $A$ of the hidden layer. It is called
additive since there they are added, where dot-product attention multiplies them.

**Write** `class AdditiveAttention(nn.Module)`.

- `__init__(d_query, d_key, d_attn)` makes three layers, each an `nn.Linear` without bias: `query_proj` ($W$) from
  `d_query` to `d_attn`, `key_proj` ($U$) from `d_key` to `d_attn`, and `score` ($v$) from `d_attn` to 1. The module has
  no other parameters or buffers.
- `forward(query, keys, mask=None)` takes one query for each sequence of the batch, (B, Dq), and S keys for each, (B, S,
  Dk). It returns `(context, weights)`: (B, Dk) and (B, S). One sequence, one key, or a hidden layer of width 1 changes
  nothing about these axes.
- `mask` is boolean, (B, S): True where the query may attend to the key. A hidden key gets the weight 0, exactly,
  whatever its score, and the weights of the others sum to one. Without a mask all keys are seen.
- The scores are not divided by anything. In float32 they may be as large as 1 000 000, of either sign.
- A query that may attend to nothing takes in nothing: its weights and its context are zeros, and all gradients stay
  finite. Beware: many implementations give NaN there, or the mean of all keys.
- Both results have the dtype of the inputs, and gradients flow through both, to query, keys and all three layers. The
  arguments are left as they are. A softmax in float32 is welcome for inputs in half precision, but float64 must not be
  rounded to it.
- Each call works with the layers as they are then. A translator asks the same keys again for every word, but what $U$
  made of them must not be kept in the module: in training the layers change between two calls.
- Do without torch's own attention. Its `softmax` may be used.

Example: let A = 1, let $W$ give the query's one number, $U$ the first number of a key, and $v$ = 2 log 3. The query is 0,
the keys are (0, 4) and (½ log 3, 8). As tanh(½ log 3) = 1/2, the scores are 0 and log 3, the weights 1/4 and 3/4, and
the context is (0.412, 7).

Source: Bahdanau, Cho and Bengio, *Neural Machine Translation by Jointly Learning to Align and Translate* (2015), section
3.1, equations 5 and 6, and appendix A.1.2.
"""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn


class AdditiveAttention(nn.Module):
    """Attention of one query to the keys of its sequence, scored by a small network.

    >>> attention = AdditiveAttention(d_query=3, d_key=4, d_attn=5)
    >>> context, weights = attention(torch.zeros(2, 3), torch.zeros(2, 6, 4))
    >>> context.shape, weights.shape
    (torch.Size([2, 4]), torch.Size([2, 6]))
    >>> [(name, tuple(weight.shape)) for name, weight in attention.named_parameters()]
    [('query_proj.weight', (5, 3)), ('key_proj.weight', (5, 4)), ('score.weight', (1, 5))]
    """

    query_proj: nn.Linear
    key_proj: nn.Linear
    score: nn.Linear

    def __init__(self, d_query: int, d_key: int, d_attn: int):
        """Make the three layers."""
        super().__init__()
        # YOUR CODE HERE
        raise NotImplementedError

    def forward(
        self,
        query: Float[Tensor, "B Dq"],
        keys: Float[Tensor, "B S Dk"],
        mask: Bool[Tensor, "B S"] | None = None,
    ) -> tuple[Float[Tensor, "B Dk"], Float[Tensor, "B S"]]:
        """The mean of the keys, weighted by how well they fit the query, and the weights.

        >>> attention = AdditiveAttention(1, 2, 1)
        >>> attention.query_proj.weight.data = torch.tensor([[1.0]])
        >>> attention.key_proj.weight.data = torch.tensor([[1.0, 0.0]])
        >>> attention.score.weight.data = 2 * torch.tensor([[3.0]]).log()
        >>> keys = torch.tensor([[[0.0, 4.0], [0.5 * torch.tensor(3.0).log(), 8.0]]])
        >>> [part.detach() for part in attention(torch.zeros(1, 1), keys)]
        [tensor([[0.4120, 7.0000]]), tensor([[0.2500, 0.7500]])]
        >>> [part.detach() for part in attention(torch.zeros(1, 1), keys, torch.tensor([[True, False]]))]
        [tensor([[0., 4.]]), tensor([[1., 0.]])]
        """
        # YOUR CODE HERE
        raise NotImplementedError
