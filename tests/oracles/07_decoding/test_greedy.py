"""The reference of greedy against `generate` of transformers, on a small GPT-2 with random weights."""

import pytest
import torch
from transformers import GPT2Config, GPT2LMHeadModel

from tests.conftest import reference

greedy = reference(__file__).greedy

VOCABULARY = 7


@pytest.fixture(scope="module")
def gpt():
    torch.manual_seed(0)
    config = GPT2Config(vocab_size=VOCABULARY, n_positions=32, n_embd=8, n_layer=2, n_head=2, initializer_range=1.0)
    return GPT2LMHeadModel(config).eval()


def generated(gpt, ids, steps, eos_id):
    options = {"do_sample": False, "max_new_tokens": steps, "attention_mask": torch.ones_like(ids)}
    # An end that no token is: without it `generate` takes the configuration's.
    end = VOCABULARY if eos_id is None else eos_id
    return gpt.generate(ids, **options, eos_token_id=end, pad_token_id=end)


@pytest.mark.parametrize("eos_id", [None, *range(VOCABULARY)])
def test_as_transformers_generates(gpt, eos_id):
    lengths = set()
    for seed in range(6):
        ids = torch.randint(VOCABULARY, (3, 4), generator=torch.Generator().manual_seed(seed))
        found = greedy(lambda ids: gpt(ids).logits, ids, 12, eos_id)
        assert torch.equal(found, generated(gpt, ids, 12, eos_id))
        lengths.add(found.shape[1])
    assert max(lengths) <= 16
    assert eos_id is not None or lengths == {16}


def test_no_new_tokens():
    ids = torch.tensor([[3, 1]])
    assert torch.equal(greedy(None, ids, 0, 1), ids)
