r"""# A reward model

The third of the four stages of ChatGPT trains a reward model. It reads a prompt with its answer and gives one number, the
reward: the higher, the better people like such an answer. It is made of the language model itself, without the layer that
guesses the next token. What is left, the backbone, gives each token a vector of width D, its hidden state, and a new linear
layer, the head, makes a number of it:

$$r = w \cdot h_\text{last}$$

Only one hidden state is asked, that of the **last real token**: in a language model no token sees those after it, so it alone has
read everything. A bias would be added to every reward alike. As rewards are compared, it would change nothing, and there is none.

The texts of a batch differ in length, and short ones are padded, at the end or, as for generation, at the beginning. So the last
real token may stand at the end of its row, or before it, or, in some batches, in rows that are padded on both sides.

**Write** `class RewardModel(nn.Module)`.

- `__init__(backbone, d_model)` keeps the backbone, an `nn.Module`, as `backbone`, and makes the head, `score`: an `nn.Linear` from
  `d_model` to 1 without bias. There are no other parameters or buffers.
- `forward(input_ids, attention_mask)` gives the rewards, one for each row: (B,), of the dtype of the hidden states. Also of a
  single row it is (1,).
- The backbone is called as `backbone(input_ids, attention_mask)`, with both as they came, and not by name, for a backbone may
  name them otherwise. It gives a tensor (B, T, D). (A model of Hugging Face's gives an object that has this tensor in it.)
- `input_ids` has the shape (B, T), and so has `attention_mask`: 1 or `True` at a real token, 0 or `False` at padding; it is of whole
  numbers or of booleans. Each row has at least one real token, and all its padding is before the first one or after the last one.
- The mask alone says what is padding. Padding holds ids of the vocabulary, too, often that of the end of a text, which may be a
  real token as well. (Programs that look for the id of padding are wrong there.)
- What the backbone gives at padding has no influence on the rewards, even if it is NaN.
- A reward is any number: nothing is squashed or normalised. Gradients reach the head and the backbone, for both are trained.
- The arguments stay as they are.

Example: D is 2 and the weights of the head are [0.5, 0.5]. The hidden states of a row are [3, 9], [2, 4] and [9, 81], and its mask is
[1, 1, 0]. The last real token is the second, and the reward 0.5 · 2 + 0.5 · 4 = 3.

Source: Ouyang et al., *Training language models to follow instructions with human feedback* (2022), section 3.5, "Reward modeling".
In detail: Stiennon et al., *Learning to summarize from human feedback* (2020), section 3.4.
"""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn


class RewardModel(nn.Module):
    """A language model's backbone with a head that gives each text one number.

    >>> class Backbone(nn.Module):
    ...     def forward(self, input_ids, attention_mask):
    ...         return torch.stack([input_ids, input_ids**2], dim=-1).float()  # (B, T, 2)
    >>> model = RewardModel(Backbone(), d_model=2)
    >>> [name for name, _ in model.named_parameters()]
    ['score.weight']
    """

    backbone: nn.Module
    score: nn.Linear

    def __init__(self, backbone: nn.Module, d_model: int):
        """Keep the backbone and make the head."""
        super().__init__()
        ### BEGIN SOLUTION
        self.backbone = backbone
        self.score = nn.Linear(d_model, 1, bias=False)
        ### END SOLUTION

    def forward(
        self, input_ids: Int[Tensor, "B T"], attention_mask: Int[Tensor, "B T"] | Bool[Tensor, "B T"]
    ) -> Float[Tensor, "B"]:
        """The reward of each row, read off its last real token.

        >>> class Backbone(nn.Module):
        ...     def forward(self, input_ids, attention_mask):
        ...         return torch.stack([input_ids, input_ids**2], dim=-1).float()  # (B, T, 2)
        >>> model = RewardModel(Backbone(), d_model=2)
        >>> _ = nn.init.constant_(model.score.weight, 0.5)
        >>> model(torch.tensor([[3, 2, 9], [9, 1, 4]]), torch.tensor([[1, 1, 0], [0, 1, 1]])).detach()
        tensor([ 3., 10.])
        """
        ### BEGIN SOLUTION
        hidden = self.backbone(input_ids, attention_mask)  # (B, T, D)
        B, T, _ = hidden.shape
        places = torch.arange(T, device=hidden.device)  # (T,)
        last = (places * attention_mask).amax(dim=1)  # (B,), the largest place of a real token
        rows = torch.arange(B, device=hidden.device)  # (B,)
        return self.score(hidden[rows, last]).squeeze(dim=1)  # (B,)
        ### END SOLUTION
