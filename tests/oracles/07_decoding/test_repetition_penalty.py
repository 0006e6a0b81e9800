"""The reference of repetition_penalty against the processor of transformers, and token by token."""

import math

import pytest
import torch
from transformers import RepetitionPenaltyLogitsProcessor

from tests.conftest import reference

apply_repetition_penalty = reference(__file__).apply_repetition_penalty


def drawn(B, T, V, dtype=torch.float64):
    g = torch.Generator().manual_seed(B + T + V)
    return torch.randn(B, V, generator=g, dtype=torch.float64).to(dtype), torch.randint(V, (B, T), generator=g)


@pytest.mark.parametrize("penalty", [0.3, 1.0, 1.2, 5.0])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 5, 8), (4, 40, 9), (2, 0, 6)])
def test_as_transformers_penalises(shape, dtype, penalty):
    logits, generated = drawn(*shape, dtype=dtype)
    expected = RepetitionPenaltyLogitsProcessor(penalty)(generated, logits.clone())
    assert torch.equal(apply_repetition_penalty(logits, generated, penalty), expected)


def test_token_by_token():
    logits, generated = drawn(5, 6, 9)
    logits[:, ::3], logits[:, 1::4] = 0.0, -math.inf
    found = apply_repetition_penalty(logits, generated, 1.7).tolist()
    for row, text in enumerate(generated.tolist()):
        for token, x in enumerate(logits[row].tolist()):
            expected = (x / 1.7 if x > 0 else x * 1.7) if token in text else x
            assert found[row][token] == expected
