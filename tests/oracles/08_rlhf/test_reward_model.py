"""Rewards read off a GPT-2 of Hugging Face's: each text alone, without padding, gives what it gives in a padded batch."""

import pytest
import torch
from torch import nn
from transformers import GPT2Config, GPT2Model

from tests.conftest import reference

SOLUTION = reference(__file__)
TEXTS = [[5, 3, 8, 1], [2, 2], [7], [0, 4, 0]]
WIDTH = 5


class Backbone(nn.Module):
    """A small GPT-2, with positions counted from the first real token on."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(0)
        self.gpt2 = GPT2Model(GPT2Config(vocab_size=9, n_positions=8, n_embd=12, n_layer=2, n_head=3)).double().eval()

    def forward(self, input_ids, attention_mask):
        positions = (attention_mask.long().cumsum(dim=1) - 1).clamp(min=0)
        found = self.gpt2(input_ids, attention_mask=attention_mask.long(), position_ids=positions)
        return found.last_hidden_state


def padded(text, before):
    """A text in a row of WIDTH with that many tokens of padding before it, and its mask."""
    after = WIDTH - len(text) - before
    return [0] * before + text + [0] * after, [0] * before + [1] * len(text) + [0] * after


@pytest.mark.parametrize("side", ["end", "beginning", "both"])
@pytest.mark.parametrize("kind", [torch.long, torch.bool])
def test_each_text_alone(side, kind):
    model = SOLUTION.RewardModel(Backbone(), d_model=12).double()
    befores = [{"end": 0, "beginning": WIDTH - len(text), "both": 1}[side] for text in TEXTS]
    ids, masks = zip(*map(padded, TEXTS, befores), strict=True)
    rewards = model(torch.tensor(ids), torch.tensor(masks).to(kind))
    for reward, text in zip(rewards.tolist(), TEXTS, strict=True):
        hidden = model.backbone.gpt2(torch.tensor([text])).last_hidden_state
        assert reward == pytest.approx((hidden[0, -1] @ model.score.weight[0]).item(), rel=1e-9)


def test_everything_is_trained():
    model = SOLUTION.RewardModel(Backbone(), d_model=12).double()
    model(torch.tensor([TEXTS[0]]), torch.ones(1, 4).long()).sum().backward()
    assert model.score.weight.grad.any() and model.backbone.gpt2.wte.weight.grad.any()
