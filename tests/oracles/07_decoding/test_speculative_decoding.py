"""A step of speculative decoding against its distribution, worked out exactly, over all that a draft may propose."""

import itertools
import math

import pytest
import torch

from tests.conftest import reference

speculative_step = reference(__file__).speculative_step
V = 3


def rows(k, generator):
    return torch.rand(k, V, generator=generator).square().softmax(-1)


def exact(target, draft, tokens):
    """The chance of each result: enumerated, in fractions of double precision."""
    p, q = target.double(), draft.double()
    chances, so_far = {}, 1.0
    for i, x in enumerate(tokens):
        stays = min(1.0, (p[i, x] / q[i, x]).item())
        left = [max(0.0, (p[i, y] - q[i, y]).item()) for y in range(V)]
        for y in range(V):
            if left[y]:
                chances[(*tokens[:i], y)] = so_far * (1 - stays) * left[y] / sum(left)
        so_far *= stays
    for y in range(V):
        chances[(*tokens, y)] = so_far * p[-1, y].item()
    return chances


@pytest.mark.parametrize("seed", range(3))
def test_each_result_comes_as_often_as_the_formulas_say(seed):
    generator, n = torch.Generator().manual_seed(seed), 1500
    target, draft = rows(3, generator), rows(2, generator)
    tokens = tuple(torch.multinomial(draft, 1, generator=generator).flatten().tolist())
    expected = exact(target, draft, tokens)
    assert sum(expected.values()) == pytest.approx(1, abs=1e-5)
    counts = dict.fromkeys(expected, 0)
    for _ in range(n):
        counts[tuple(speculative_step(target, draft, torch.tensor(tokens), generator).tolist())] += 1
    for result, p in expected.items():
        assert abs(counts[result] / n - p) <= 6 * math.sqrt(p * (1 - p) / n) + 1e-9, result


def test_the_formulas_keep_the_distribution_of_the_target():
    generator = torch.Generator().manual_seed(7)
    target, draft = rows(3, generator), rows(2, generator)
    first, pairs = torch.zeros(V), torch.zeros(V, V)
    for tokens in itertools.product(range(V), repeat=2):
        proposed = draft[0, tokens[0]] * draft[1, tokens[1]]
        for result, p in exact(target, draft, tokens).items():
            first[result[0]] += proposed * p
            if len(result) > 1:
                pairs[result[0], result[1]] += proposed * p
    torch.testing.assert_close(first, target[0])
    torch.testing.assert_close(pairs / pairs.sum(1, keepdim=True), target[1].expand(V, V))


def test_both_models_the_same():
    generator = torch.Generator().manual_seed(1)
    target = rows(4, generator)
    for tokens in itertools.product(range(V), repeat=3):
        found = speculative_step(target, target[:3], torch.tensor(tokens), generator)
        assert found[:3].tolist() == list(tokens)
        assert len(found) == 4


def test_nothing_is_left_to_draw_from():
    target, draft = torch.tensor([[0.0, 0.0, 0.9], [0.0, 1.0, 0.0]]), torch.tensor([[0.0, 0.0, 1.0]])
    generator = torch.Generator().manual_seed(2)
    found = {tuple(speculative_step(target, draft, torch.tensor([2]), generator).tolist()) for _ in range(200)}
    assert found == {(2,), (2, 1)}
