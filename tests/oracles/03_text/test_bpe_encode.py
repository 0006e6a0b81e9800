"""The tokenizer against Hugging Face's `tokenizers`, with the same vocabulary and merges, on texts of many scripts."""

from itertools import pairwise
from random import Random

import pytest
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from tests.conftest import ROOT, reference

solution = reference(__file__)
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "fixtures" / "text").glob("*.txt"))}
SPECIAL = ["<|end", "<|end|>", "[MASK]", "SK]x"]
ODD = " \n\n \t a  b\r\n\u3000c \u00a0 d \x85e \U000e0001\U0010ffff\x00 1½² it's we'll'd ''s _x_ \u200d\ufe0f "


def characters():
    """GPT-2's printable character for each byte."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in printable]
    return {**{byte: chr(byte) for byte in printable}, **{byte: chr(256 + i) for i, byte in enumerate(others)}}


CHARACTERS = characters()


def written(token):
    return "".join(CHARACTERS[byte] for byte in token)


def coding(text, merges, random):
    """Merges of pairs that stand in the text, in any order, and ids in any order."""
    tokens, found = {bytes([byte]) for byte in range(256)}, []
    words = [[bytes([byte]) for byte in word.encode()] for word in text.split(" ") if len(word.encode()) > 1]
    while len(found) < merges:
        word = random.choice(words)
        if len(word) < 2:
            continue
        place = random.randrange(len(word) - 1)
        pair = word[place], word[place + 1]
        word[place : place + 2] = [b"".join(pair)]
        if b"".join(pair) not in tokens:
            tokens.add(b"".join(pair))
            found.append(pair)
    ids = random.sample(range(1000), len(tokens) + len(SPECIAL))
    return dict(zip(ids, [*sorted(tokens), *(token.encode() for token in SPECIAL)], strict=True)), found


def hugging_face(vocab, merges, special):
    own = {token.encode() for token in SPECIAL}
    names = {token.decode() if token in own else written(token): id for id, token in vocab.items()}
    tokenizer = Tokenizer(models.BPE(vocab=names, merges=[(written(a), written(b)) for a, b in merges]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in special])
    return tokenizer


@pytest.mark.parametrize("name", [*TEXTS, "odd"])
@pytest.mark.parametrize("special", [[], SPECIAL], ids=["without", "with special tokens"])
def test_encode_and_decode(name, special):
    random = Random(name)
    text = {**TEXTS, "odd": ODD * 3}[name]
    vocab, merges = coding(text, 60, random)
    ours, theirs = solution.BPETokenizer(vocab, merges, special), hugging_face(vocab, merges, special)
    pieces = [text[i:j] for i, j in pairwise(sorted(random.sample(range(len(text)), 12)))]
    marked = "".join(random.choice([*SPECIAL, "<|end|", "[MASK]x", " "]) + piece for piece in pieces)
    for one in (text, marked, "", *pieces):
        ids = ours.encode(one)
        assert ids == theirs.encode(one).ids
        assert ours.decode(ids) == one == theirs.decode(ids, skip_special_tokens=False)


def test_decode_what_is_no_text():
    random = Random(0)
    vocab, merges = coding(TEXTS["cjk"], 100, random)
    plain = [id for id, token in vocab.items() if token.decode(errors="ignore") not in SPECIAL]
    ours, theirs = solution.BPETokenizer(vocab, merges), hugging_face(vocab, merges, [])
    for _ in range(300):
        ids = random.choices(plain, k=20)
        assert ours.decode(ids) == theirs.decode(ids)
