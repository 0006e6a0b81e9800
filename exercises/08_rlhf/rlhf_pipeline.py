r"""# From a language model to an assistant, in four stages

A model that has read much can go on with any text, and answers nobody. Four stages make ChatGPT of it:

1. **Pre-training**: it reads text, and learns to predict the next token. So it learns the language.
2. **Fine-tuning**: it is shown prompts with good answers, and learns from the answers alone. So it learns to answer.
3. **A reward model** learns from pairs of answers, of which people chose one, to give each answer a score.
4. **PPO**: the model writes answers itself, and those with a higher score become more likely; but it pays for every token that
   takes it away from what it was after stage 2, the reference.

Here all four are small enough to run in seconds. `TinyGPT` is given, and `Scorer`, which puts a linear layer on top of one, to give
a number at each position: the scores of a reward model, or the values of a critic.

**Write** five functions. In all of them, `END` is the token that ends an answer, and `ids` (B, T) are int64. A *mask* is boolean (B, T), and
true at the tokens of the answers, their `END` included; these are in one piece, after a prompt of at least one token.

The first three train a model on batches, one step for each batch, in their order: the loss, its gradient alone, a step of the
optimizer. They return the losses, one number (`float`) for each batch, as they were before the step. Where `optimizer` is `None`, make one
yourself: which one, and at what rate, is yours to choose.

- `pretrain(model, batches, optimizer=None)`: each batch is `ids`. The loss is the mean of $-\log p(x_t \mid x_{<t})$ over all tokens
  but the first of each row.
- `finetune(model, batches, optimizer=None)`: each batch is `(ids, mask)`. The loss is the mean of the same over the tokens of all
  answers together.
- `train_reward_model(model, batches, optimizer=None)`: `model` is a `Scorer`, each batch is `(chosen, rejected)`, and each of the two is
  `(ids, mask)`. The score of an answer is what the model gives at its last token. The loss is the mean of
  $-\log \sigma(s_\text{chosen} - s_\text{rejected})$.

`generate(policy, prompts, uniforms)` writes answers, without a gradient.

- `prompts` is (B, P), and `uniforms` (B, n), numbers from 0 up to 1 (1 itself excluded). The answer's token number i is the first in the
  vocabulary at which the sum of the probabilities up to it, its own included, is larger than `uniforms[:, i]`. (So chance is an
  argument, and the same numbers give the same answers.) Should rounding leave none, it is the last token of the vocabulary.
- After an `END` an answer is over; what would come then is `END`, too, and does not belong to the answer.
- The result is `(ids, mask)`, both (B, P + n).

`ppo(policy, reference, critic, reward_model, batches, optimizer=None, beta=0.2, epochs=3)` trains the policy and the critic. It returns the
mean score of each round's answers, a `float` for each. `reference` and `reward_model` stay as they are. Each batch is a round,
`(prompts, uniforms)`:

1. Generate the answers. The score of each is the reward model's at its last token; but where an answer has no `END`, it is
   `UNFINISHED`, whatever the reward model says.
2. The reward of a token is $-\beta \, (\log p(x_t) - \log q(x_t))$, with the policy's probability and the reference's, and at
   the last token of the answer the score comes on top.
3. The critic's number at position $t - 1$, so before it sees the token $x_t$, is the value $V_t$. Advantages and returns are those of
   generalised advantage estimation with $\gamma = 1$ and $\lambda = 0.95$: $\delta_t = r_t + V_{t + 1} - V_t$ and
   $A_t = \delta_t + \lambda A_{t + 1}$, where after the last token of an answer both are 0; the return is $A_t + V_t$.
4. Then the advantages of all tokens of the batch are brought to mean 0 and standard deviation 1 (n − 1; $10^{-8}$ is added to it).
5. All of this stays as it is for `epochs` steps of the optimizer, which has the parameters of policy and critic. With
   $\rho_t = p(x_t) / p_\text{old}(x_t)$ and the critic's values now, the loss is the mean over all tokens of the answers of
   $-\min(\rho_t A_t, \operatorname{clip}(\rho_t, 0.8, 1.2) A_t) + \tfrac 1 2 (V_t - \text{return}_t)^2$.

What comes after an answer has no influence on any loss. There may be no batch. Batches stay as they are.

**How it is judged.** First, one or two steps of each stage with an optimizer that is given are held against the reference. Then each stage runs
for itself, with your optimizer, and begins with a model of ours that has been through the stages before; and last, all four run one after the other.
The language has 44 tokens: END, "about", "is", "and", four topics, six nouns for each, and twelve adjectives, of which six are good. A
sentence is "NOUN is ADJECTIVE", or "NOUN is ADJECTIVE and ADJECTIVE", and END. An answer to the prompt "about TOPIC" is a sentence on a
noun of the topic. People like good adjectives: their score of an answer is the number of its good ones less that of its bad ones,
and -2 for what is no answer. Batches have 64 rows. All there is to know of a model is computed from its weights:

| stage | it has | asked for | the reference reaches |
|---|---|---|---|
| pre-training | 80 batches of 16 tokens | at most 1.5 nats a sentence away from the language | 0.06 |
| fine-tuning | 80 batches | 55 % of what it says are answers | 92 % (before: none) |
| reward model | 80 batches | 70 % of pairs of unlike answers in people's order | 88 % (by chance: 50 %) |
| PPO | 40 rounds | people's score goes 40 % of the way from the reference's to the best policy's, and 35 % after all four stages | 93 %, 70 % |
| | | from 0.3 nats to 1.75 times the best policy's divergence away from the reference | 0.9 times |
| | | at most 10 in a hundred fewer answers than the reference gives | no fewer |

The best policy is known: $q(y) \, e^{r(y) / \beta}$, normalised, with people's scores in units of their deviation, and $\beta$ = 0.2. Without the
penalty, what the reward model likes rises all the same; but the policy goes three times as far, and may leave the language in
which the reward model learned, and people's scores with it. A stage may take 30 seconds.

AdamW does for all stages: rates of 0.01 for the first two, 0.003 with `betas=(0.9, 0.95)` for the reward model, and 0.003 for PPO.

Source: Ouyang et al., *Training language models to follow instructions with human feedback* (2022), section 3.5; for the fourth stage Ziegler et al.,
*Fine-Tuning Language Models from Human Preferences* (2019), section 2, and Schulman et al., *Proximal Policy Optimization Algorithms* (2017), equations 7 and 11.
"""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.optim import Optimizer

END = 0
UNFINISHED = -2.0
Texts = tuple[Int64[Tensor, "B T"], Bool[Tensor, "B T"]]


class Block(nn.Module):
    """One layer: attention to the tokens up to this one, then two linear layers."""

    def __init__(self, d_model: int):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.qkv, self.out = nn.Linear(d_model, 3 * d_model), nn.Linear(d_model, d_model)
        self.up, self.down = nn.Linear(d_model, 4 * d_model), nn.Linear(4 * d_model, d_model)

    def forward(self, x: Float[Tensor, "B T D"]) -> Float[Tensor, "B T D"]:
        q, k, v = self.qkv(self.norm1(x)).chunk(3, dim=-1)
        x = x + self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class TinyGPT(nn.Module):
    """A model that gives the logits of the next token at each position."""

    def __init__(self, vocab_size: int, d_model: int, num_layers: int, max_len: int):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocab_size, d_model), nn.Embedding(max_len, d_model)
        self.blocks = nn.ModuleList(Block(d_model) for _ in range(num_layers))
        self.norm, self.head = nn.LayerNorm(d_model), nn.Linear(d_model, vocab_size)

    def hidden(self, ids: Int64[Tensor, "B T"]) -> Float[Tensor, "B T D"]:
        x = self.tokens(ids) + self.positions.weight[: ids.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.norm(x)

    def forward(self, ids: Int64[Tensor, "B T"]) -> Float[Tensor, "B T V"]:
        return self.head(self.hidden(ids))


class Scorer(nn.Module):
    """A model that gives a number at each position: a reward model, or a critic."""

    def __init__(self, gpt: TinyGPT):
        super().__init__()
        self.gpt, self.score = gpt, nn.Linear(gpt.head.in_features, 1)

    def forward(self, ids: Int64[Tensor, "B T"]) -> Float[Tensor, "B T"]:
        return self.score(self.gpt.hidden(ids)).squeeze(-1)


def pretrain(
    model: nn.Module, batches: Sequence[Int64[Tensor, "B T"]], optimizer: Optimizer | None = None
) -> list[float]:
    """Teach a model a language; the loss of each batch.

    >>> _ = torch.manual_seed(0)
    >>> losses = pretrain(TinyGPT(4, 8, 1, 6), 30 * [torch.tensor([[0, 1, 2, 3, 1, 2]])])
    >>> losses[0] > losses[-1]
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError


def finetune(model: nn.Module, batches: Sequence[Texts], optimizer: Optimizer | None = None) -> list[float]:
    """Teach a model to answer; the loss of each batch.

    >>> _ = torch.manual_seed(0)
    >>> ids, mask = torch.tensor([[1, 2, 3, END]]), torch.tensor([[False, False, True, True]])
    >>> losses = finetune(TinyGPT(4, 8, 1, 6), 30 * [(ids, mask)])
    >>> losses[0] > losses[-1]
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError


def train_reward_model(
    model: nn.Module, batches: Sequence[tuple[Texts, Texts]], optimizer: Optimizer | None = None
) -> list[float]:
    """Teach a model which of two answers people chose; the loss of each batch.

    >>> _ = torch.manual_seed(0)
    >>> chosen, rejected = torch.tensor([[1, 2, END]]), torch.tensor([[1, 3, END]])
    >>> mask = torch.tensor([[False, True, True]])
    >>> losses = train_reward_model(Scorer(TinyGPT(4, 8, 1, 6)), 30 * [((chosen, mask), (rejected, mask))])
    >>> losses[0] > losses[-1]
    True
    """
    # YOUR CODE HERE
    raise NotImplementedError


def generate(policy: nn.Module, prompts: Int64[Tensor, "B P"], uniforms: Float[Tensor, "B n"]) -> Texts:
    """Answers to prompts, and where they are.

    >>> policy = TinyGPT(3, 8, 1, 6)
    >>> for name, parameter in policy.named_parameters():
    ...     _ = nn.init.zeros_(parameter)
    >>> ids, mask = generate(policy, torch.tensor([[1], [2]]), torch.tensor([[0.5, 0.9, 0.4], [0.9, 0.1, 0.7]]))
    >>> ids
    tensor([[1, 1, 2, 1],
            [2, 2, 0, 0]])
    >>> mask
    tensor([[False,  True,  True,  True],
            [False,  True,  True, False]])
    """
    # YOUR CODE HERE
    raise NotImplementedError


def ppo(
    policy: nn.Module,
    reference: nn.Module,
    critic: nn.Module,
    reward_model: nn.Module,
    batches: Sequence[tuple[Int64[Tensor, "B P"], Float[Tensor, "B n"]]],
    optimizer: Optimizer | None = None,
    beta: float = 0.2,
    epochs: int = 3,
) -> list[float]:
    """Have a policy write answers, and learn from their scores; the mean score of each round.

    >>> _ = torch.manual_seed(0)
    >>> policy, reference, backbone, other = (TinyGPT(3, 8, 1, 6) for _ in range(4))
    >>> rounds = [(torch.tensor([[1], [2]]), torch.rand(2, 4)) for _ in range(3)]
    >>> len(ppo(policy, reference, Scorer(backbone), Scorer(other), rounds))
    3
    """
    # YOUR CODE HERE
    raise NotImplementedError
