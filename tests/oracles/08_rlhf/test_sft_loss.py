"""The loss against plain Python, token by token; examples and chats against a writer that puts them together as tagged tokens."""

import math
import random

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)

MASKS = [
    [[0, 1, 1, 1], [0, 0, 1, 1]],
    [[1, 1, 1, 1], [1, 0, 0, 1]],
    [[0, 0, 1, 0], [0, 1, 0, 1]],
    [[0, 0, 0, 0], [1, 0, 0, 0]],
    [[0, 0, 0, 0], [0, 1, 1, 0]],
]
END = 0
ROLES = {"system": [90], "user": [91, 92], "assistant": [93, 94, 95], "tool": []}


def by_hand(logits, ids, mask):
    costs = []
    for row, tokens, learned in zip(logits.tolist(), ids.tolist(), mask, strict=True):
        for t in range(1, len(tokens)):
            if learned[t]:
                costs.append(math.log(sum(math.exp(z) for z in row[t - 1])) - row[t - 1][tokens[t]])
    return sum(costs) / len(costs) if costs else 0.0


@pytest.mark.parametrize("mask", MASKS)
def test_masks(mask):
    generator = torch.Generator().manual_seed(1)
    logits = (3 * torch.randn(2, 4, 5, generator=generator, dtype=torch.float64)).requires_grad_()
    ids = torch.randint(5, (2, 4), generator=generator)
    ours = SOLUTION.sft_loss(logits, ids, torch.tensor(mask).bool())
    assert ours.item() == pytest.approx(by_hand(logits, ids, mask), rel=1e-12, abs=1e-15)
    ours.backward()
    learned = torch.tensor(mask)[:, 1:].bool()
    assert not logits.grad[:, :-1][~learned].any() and not logits.grad[:, -1].any()
    assert logits.grad[:, :-1][learned].any(-1).all()


def test_all_but_the_first_is_the_loss_of_pre_training():
    generator = torch.Generator().manual_seed(2)
    logits, ids = torch.randn(3, 5, 7, generator=generator), torch.randint(7, (3, 5), generator=generator)
    ours = SOLUTION.sft_loss(logits, ids, torch.ones(3, 5, dtype=torch.bool))
    wanted = torch.nn.functional.cross_entropy(logits[:, :-1].flatten(0, 1), ids[:, 1:].flatten())
    torch.testing.assert_close(ours, wanted)


def cut_in_two(tagged, max_len):
    kept = [pair for place, pair in enumerate(tagged) if place < max_len]
    return [token for token, _ in kept], [learned for _, learned in kept]


def some_ids(source):
    return [source.randrange(9) for _ in range(source.randrange(4))]


@pytest.mark.parametrize("seed", range(20))
def test_examples(seed):
    source = random.Random(seed)
    prompt, response, max_len = some_ids(source), some_ids(source), source.randrange(1, 9)
    tagged = [(token, False) for token in prompt] + [(token, True) for token in [*response, END]]
    assert SOLUTION.build_example(prompt, response, END, max_len) == cut_in_two(tagged, max_len)


@pytest.mark.parametrize("seed", range(20))
def test_chats(seed):
    source = random.Random(seed)
    turns = [(source.choice(sorted(ROLES)), some_ids(source)) for _ in range(source.randrange(5))]
    max_len = source.randrange(1, 25)
    tagged = []
    for role, ids in turns:
        tagged.extend((token, False) for token in ROLES[role])
        tagged.extend((token, role == "assistant") for token in ids)
        tagged.append((END, role == "assistant"))
    assert SOLUTION.build_chat(turns, ROLES, END, max_len) == cut_in_two(tagged, max_len)
