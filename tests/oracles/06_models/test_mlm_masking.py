"""Masking against transformers' collator: the same joint chances of what is chosen, and of what becomes of it."""

from types import SimpleNamespace

import pytest
import torch
from transformers import DataCollatorForLanguageModeling

from tests.conftest import reference

mask_tokens = reference(__file__).mask_tokens

VOCABULARY, SPECIAL, MASK = 12, [0, 2, 11], 11


class Tokenizer(SimpleNamespace):
    """As much of a tokenizer as the collator asks for."""

    mask_token = "[MASK]"
    mask_token_id = MASK

    def __len__(self):
        return VOCABULARY

    def convert_tokens_to_ids(self, _):
        return MASK

    def get_special_tokens_mask(self, ids, already_has_special_tokens):
        return [int(token in SPECIAL) for token in ids]


def theirs(ids, p):
    collator = DataCollatorForLanguageModeling(Tokenizer(), mlm=True, mlm_probability=p)
    return collator.torch_mask_tokens(ids.clone())


def ours(ids, p):
    return mask_tokens(ids, MASK, VOCABULARY, SPECIAL, p)


def table(ids, inputs, labels):
    """How often an id of the text (row) has a label and an input: the joint distribution, given the text."""
    chosen = (labels != -100).long()
    assert torch.equal(labels, ids.where(chosen.bool(), -100))
    cells = (ids * 2 + chosen) * VOCABULARY + inputs
    counts = torch.bincount(cells.flatten(), minlength=2 * VOCABULARY**2).view(VOCABULARY, -1).double()
    return counts / counts.sum(-1, keepdim=True)


@pytest.mark.parametrize("p", [0.15, 0.5, 1.0])
def test_as_transformers_in_the_long_run(p):
    torch.manual_seed(0)
    ids = torch.randint(VOCABULARY, (300, 1000))  # 25 000 of each
    one, other = (table(ids, *mask(ids, p)) for mask in (ours, theirs))
    deviation = (one * (1 - one) * 2 / 24_000).sqrt()
    assert ((one - other).abs() <= 5.5 * deviation + 1e-9).all()


@pytest.mark.parametrize("p", [0.0, 0.15, 1.0])
def test_as_transformers_at_special_tokens(p):
    ids = torch.tensor([SPECIAL * 3])
    for inputs, labels in (ours(ids, p), theirs(ids, p)):
        assert torch.equal(inputs, ids)
        assert (labels == -100).all()
