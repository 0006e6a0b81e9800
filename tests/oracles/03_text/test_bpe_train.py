"""BPE training against the textbook's way, written naively, which is itself held against Hugging Face's trainer.

Hugging Face breaks ties in another way, so it cannot be compared with directly: the naive way takes the rule for ties as an
argument, and equals each of them by its rule.
"""

from collections import Counter

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

from tests.conftest import ROOT, reference

solution = reference(__file__)
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "fixtures" / "text").glob("*.txt"))}
SPECIAL = ["<|endoftext|>", "[MASK]"]
ODD = " \n\n \t a  b\r\n\u3000c \u00a0 d \x85e \U000e0001\U0010ffff\x00 1½² it's we'll'd ''s _x_ \u200d\ufe0f "


def alphabet():
    """GPT-2's printable character for each byte, as Hugging Face's tokenizer works with: GPT-2's `bytes_to_unicode`."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + i) for i, byte in enumerate(others)}}


TO_CHARACTER = alphabet()
TO_BYTE = {character: byte for byte, character in TO_CHARACTER.items()}


def pieces_of(text):
    """Cut by Hugging Face's own pre-tokenizer, at special tokens by Python's `partition`."""
    parts, rest = [], text
    while found := [(rest.index(token), -len(token), token) for token in SPECIAL if token in rest]:
        before, _, rest = rest.partition(min(found)[2])
        parts.append(before)
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return [bytes(TO_BYTE[c] for c in piece) for part in [*parts, rest] for piece, _ in cut.pre_tokenize_str(part)]


def naive(pieces, count, greater):
    """Step by step over all pieces: no counts are kept from one merge to the next. Tokens are bytes."""
    pieces = [[bytes([byte]) for byte in piece] for piece in pieces]
    merges = []
    for _ in range(count):
        counts = Counter((piece[i], piece[i + 1]) for piece in pieces for i in range(len(piece) - 1))
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], greater(pair, merges)))
        for piece in pieces:
            i = 0
            while i + 1 < len(piece):
                if (piece[i], piece[i + 1]) == best:
                    piece[i : i + 2] = [best[0] + best[1]]
                i += 1
        merges.append(best)
    return merges


def by_bytes(pair, _):
    return pair


def as_hugging_face(pair, merges):
    """The smallest pair of ids; these are in the order of the characters that stand for bytes, then of the merges."""
    known = [bytes([TO_BYTE[character]]) for character in sorted(TO_BYTE)] + [a + b for a, b in merges]
    return [-known.index(token) for token in pair]


def hugging_face(text, count):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=256 + count, initial_alphabet=list(TO_BYTE), show_progress=False, min_frequency=0
    )
    tokenizer.train_from_iterator([text], trainer)
    vocab = tokenizer.get_vocab()
    tokens = sorted(vocab, key=vocab.get)[256:]
    return [bytes(TO_BYTE[character] for character in token) for token in tokens]


@pytest.mark.parametrize("name", TEXTS)
def test_the_naive_way_is_hugging_faces_but_for_ties(name):
    text = TEXTS[name]
    ours = naive(pieces_of(text), 40, as_hugging_face)
    assert [a + b for a, b in ours] == hugging_face(text, 40)


@pytest.mark.parametrize("name", [*TEXTS, "odd", "all"])
def test_merges(name):
    text = {**TEXTS, "odd": ODD, "all": ODD.join(TEXTS.values())[::7]}[name]
    vocab, merges = solution.train_bpe(text, 256 + 40)
    assert merges == naive(pieces_of(text), 40, by_bytes)
    assert sorted(vocab) == list(range(len(vocab))) and len({*vocab.values()}) == len(vocab)
    assert {*vocab.values()} == {*(bytes([byte]) for byte in range(256)), *(a + b for a, b in merges)}


def test_special_tokens():
    lines = TEXTS["english"].splitlines()
    text = "<|endoftext|>".join(lines[:4]) + "[MASK][MASK]<|endoftext|>" + "[MASK]".join(lines[4:8]) + "[MASK"
    vocab, merges = solution.train_bpe(text, 256 + 2 + 40, SPECIAL)
    assert merges == naive(pieces_of(text), 40, by_bytes)
    assert len(vocab) == 256 + 2 + 40 and {token.encode() for token in SPECIAL} <= {*vocab.values()}


def test_it_stops_early():
    vocab, merges = solution.train_bpe("abcabc abc", 10_000, SPECIAL)
    assert merges == naive([b"abcabc", b" abc"], 100, by_bytes) and len(vocab) == 256 + 2 + len(merges)
