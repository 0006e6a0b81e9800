"""The reference of 02_training/collate against transformers' own, and against lists, a number at a time."""

import pytest
import torch
from tokenizers import Tokenizer, models
from transformers import DataCollatorForTokenClassification, PreTrainedTokenizerFast

from kata.judge.reference import load_module
from tests.conftest import ROOT

PATH = ROOT / "solutions" / "02_training" / "collate.py"
pad_collate = load_module(PATH.read_text(encoding="utf-8"), str(PATH)).pad_collate

PAD = 3
LENGTHS = [(3, 1), (1, 3), (4, 4), (5,), (2, 7, 1, 4), (1, 1, 1)]


def draw(lengths):
    """Tokens of which many have the id of padding."""
    generator = torch.Generator().manual_seed(sum(lengths))
    return [torch.randint(PAD - 1, PAD + 2, (length,), generator=generator) for length in lengths]


@pytest.fixture(scope="module")
def collator():
    words = Tokenizer(models.WordLevel({"a": 0, "b": 1, "c": 2, "[PAD]": PAD}, unk_token="a"))
    return DataCollatorForTokenClassification(PreTrainedTokenizerFast(tokenizer_object=words, pad_token="[PAD]"))


@pytest.mark.parametrize("lengths", LENGTHS)
def test_as_transformers_pads_tokens_and_their_labels(collator, lengths):
    batch = draw(lengths)
    theirs = collator([{"input_ids": ids.tolist(), "labels": ids.tolist()} for ids in batch])
    ours = pad_collate(batch, PAD)
    assert set(ours) == set(theirs)
    for name, tensor in ours.items():
        assert tensor.dtype == torch.int64
        assert torch.equal(tensor, theirs[name]), name


@pytest.mark.parametrize("lengths", [*LENGTHS, (0,), (0, 0), (0, 2, 0), (3, 0)])
def test_one_number_at_a_time(lengths):
    batch = draw(lengths)
    padded = pad_collate(batch, PAD)
    for tensor in padded.values():
        assert tensor.shape == (len(lengths), max(lengths))
    for row, ids in enumerate(batch):
        for column in range(max(lengths)):
            real = column < len(ids)
            token = ids[column].item() if real else None
            assert padded["input_ids"][row, column] == (token if real else PAD)
            assert padded["attention_mask"][row, column] == (1 if real else 0)
            assert padded["labels"][row, column] == (token if real else -100)
