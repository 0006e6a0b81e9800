"""The loss against plain Python, and decoding against a search through a model's logits, row by row and without a mask."""

import math

import pytest
import torch

from tests.conftest import reference

SOLUTION = reference(__file__)


def model_and_sources(seed):
    torch.manual_seed(seed)
    model = SOLUTION.SmallTransformer(vocab_size=9).eval()
    with torch.no_grad():
        model.out_proj.weight.mul_(5)  # so that tokens differ in how likely they are
    lengths = [5, 2, 1, 4]
    src = torch.randint(9, (4, 5))
    mask = torch.arange(5) < torch.tensor(lengths)[:, None]
    return model, src, mask.unsqueeze(1), lengths


def alone(model, row, tgt):
    """The log-probabilities behind each token of the target, of a source by itself."""
    src = torch.tensor([row])
    logits = model(src, torch.tensor([tgt]), torch.ones(1, 1, len(row), dtype=torch.bool))[0]
    return [[z - math.log(sum(map(math.exp, place))) for z in place] for place in logits.tolist()]


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("bos_id", [0, 3])
def test_loss(seed, bos_id):
    model, src, mask, lengths = model_and_sources(seed)
    costs = []
    for row, length in zip(src.tolist(), lengths, strict=True):
        said = alone(model, row[:length], [bos_id, *row[: length - 1]])
        costs += [-said[t][row[t]] for t in range(length)]
    assert SOLUTION.copy_loss(model, src, mask, bos_id).item() == pytest.approx(sum(costs) / len(costs), rel=1e-4)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("max_len", [1, 2, 7])
def test_decoding(seed, max_len):
    model, src, mask, lengths = model_and_sources(seed)
    wanted = []
    for row, length in zip(src.tolist(), lengths, strict=True):
        tgt = [3]
        while len(tgt) < max_len:
            last = alone(model, row[:length], tgt)[-1]
            tgt.append(last.index(max(last)))
        wanted.append(tgt)
    assert SOLUTION.greedy_decode(model, src, mask, max_len, 3).tolist() == wanted


def test_a_trained_model_copies_and_an_untrained_one_does_not():
    src = torch.tensor([[2, 9, 4, 0, 0, 0], [5, 5, 3, 8, 7, 6], [9, 8, 7, 6, 0, 0]])
    mask = (src > 0).unsqueeze(1)
    for steps, right in [(0, False), (120, True)]:
        out = SOLUTION.greedy_decode(SOLUTION.train_copy(3, "cpu", steps), src, mask, 7, 1)[:, 1:]
        assert bool((out == src)[src > 0].all()) == right
