"""Pairs against Hugging Face's tokenizers, made in memory, on texts of many scripts.

The fast ones are the oracle for everything but one token, which they leave to the other text; there the rule is that of the
tokenizers in Python.
"""

from random import Random
from types import SimpleNamespace

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import PreTrainedTokenizer, PreTrainedTokenizerFast

from tests.conftest import ROOT, reference

encode_pair = reference(__file__).encode_pair
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "fixtures" / "text").glob("*.txt"))}
WORDS = {name: text.split() for name, text in TEXTS.items()}
PAD, UNK, CLS, SEP = SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]


def fast(words, random):
    """A tokenizer with a token for each word, ids in any order, and BERT's special tokens."""
    tokens = [*SPECIAL, *sorted({*words})]
    vocab = dict(zip(tokens, random.sample(range(5 * len(tokens)), len(tokens)), strict=True))
    tokenizer = Tokenizer(models.WordLevel(vocab, unk_token=UNK))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.BertProcessing((SEP, vocab[SEP]), (CLS, vocab[CLS]))
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        unk_token=UNK,
        cls_token=CLS,
        sep_token=SEP,
    )


def theirs_with(tokenizer, a, b, max_len):
    made = tokenizer(
        a,
        b,
        truncation="longest_first",
        padding="max_length",
        max_length=max_len,
        return_token_type_ids=True,
        return_attention_mask=True,
    )
    return {name: made[name] for name in ("input_ids", "token_type_ids", "attention_mask")}


def cut_in_python(a, b, room):
    """The two texts cut by the rule of the tokenizers that are written in Python."""
    side = SimpleNamespace(truncation_side="right")
    return PreTrainedTokenizer.truncate_sequences(side, a, b, len(a) + len(b) - room)[:2]


def halved_and_odd(m, n, room):
    """Where the fast tokenizers leave the odd token to b, and we leave it to a."""
    return m <= n and m + n > room and room % 2 == 1 and m > room // 2


@pytest.mark.parametrize("name", TEXTS)
def test_pairs(name):
    random = Random(name)
    tokenizer = fast(WORDS[name], random)
    differed = 0
    for _ in range(400):
        m, n = random.randint(0, 9), random.randint(1, 9)  # an empty second text they take for none
        a, b = (random.choices(WORDS[name], k=k) for k in (m, n))
        max_len = random.randint(3, 24)
        ids = [tokenizer.convert_tokens_to_ids(text) for text in (a, b)]
        special = {"cls_id": tokenizer.cls_token_id, "sep_id": tokenizer.sep_token_id, "pad_id": tokenizer.pad_token_id}
        ours = encode_pair(*ids, **special, max_len=max_len)
        theirs = theirs_with(tokenizer, " ".join(a), " ".join(b), max_len)
        if halved_and_odd(m, n, max_len - 3):
            assert sum(ours["token_type_ids"]) == sum(theirs["token_type_ids"]) - 1
            first, second = cut_in_python(*ids, max_len - 3)
            theirs = encode_pair(first, second, **special, max_len=max_len)
            differed += 1
        assert ours == theirs, (m, n, max_len)
    assert 10 < differed < 200


@pytest.mark.parametrize("name", TEXTS)
def test_which_text_is_cut(name):
    """At any lengths, the same as in Python."""
    random = Random(name)
    for _ in range(500):
        a, b = (random.sample(range(10, 90), random.randint(0, 9)) for _ in range(2))
        room = random.randint(0, 18)
        first, second = cut_in_python(a, b, room)
        kept = [token for token in encode_pair(a, b, 1, 2, room + 3, pad_id=0)["input_ids"] if token > 2]
        assert kept == [*first, *second]


@pytest.mark.parametrize("name", TEXTS)
def test_one_text(name):
    random = Random(name)
    tokenizer = fast(WORDS[name], random)
    for _ in range(100):
        words = random.choices(WORDS[name], k=random.randint(0, 9))
        ids, max_len = tokenizer.convert_tokens_to_ids(words), random.randint(2, 14)
        ours = encode_pair(ids, None, tokenizer.cls_token_id, tokenizer.sep_token_id, max_len, tokenizer.pad_token_id)
        assert ours == theirs_with(tokenizer, " ".join(words), None, max_len)


def test_an_empty_second_text():
    """As `tokenizers` has it: the call of Transformers takes it for none."""
    random = Random(0)
    tokenizer = fast(WORDS["latin"], random)
    words = WORDS["latin"][:5]
    for a in (words, []):
        for max_len in range(3, 12):
            raw = tokenizer.backend_tokenizer
            raw.enable_truncation(max_len, strategy="longest_first")
            raw.enable_padding(length=max_len, pad_id=tokenizer.pad_token_id, pad_token=PAD)
            theirs = raw.encode(" ".join(a), "")
            ids = tokenizer.convert_tokens_to_ids(a)
            ours = encode_pair(ids, [], tokenizer.cls_token_id, tokenizer.sep_token_id, max_len, tokenizer.pad_token_id)
            assert ours["input_ids"] == theirs.ids
            assert ours["attention_mask"] == theirs.attention_mask
            assert ours["token_type_ids"] == theirs.type_ids
