"""Spans and labels against Hugging Face's `tokenizers`, made in memory, on texts of many scripts.

Its encodings know which characters and which tokens a word has, and which token has a character: what the reference
works out from offsets and word ids alone.
"""

from random import Random

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

from tests.conftest import ROOT, reference

solution = reference(__file__)
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "fixtures" / "text").glob("*.txt"))}
SPECIAL = {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "[PAD]": 3}


def wordpiece(text, random):
    """BERT's, with pieces of these words: lower case, accents off, so that the tokens differ from the text."""
    normalizer, cut = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
    words = [word for word, _ in cut.pre_tokenize_str(normalizer.normalize_str(text))]
    pieces = {word[:1] for word in words} | {"##" + letter for word in words for letter in word[1:]}
    for word in random.choices(words, k=100):
        start = random.randrange(len(word))
        pieces.add(("##" if start else "") + word[start : start + random.randint(1, 4)])
    vocab = {**SPECIAL, **{piece: 4 + i for i, piece in enumerate(sorted(pieces))}}
    tokenizer = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    tokenizer.normalizer, tokenizer.pre_tokenizer = normalizer, cut
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    return tokenizer


def byte_level(trim):
    """GPT-2's without merges: a token for each byte, of which several have the same character. Trimmed, blanks have none."""

    def make(text, random):
        characters = sorted(pre_tokenizers.ByteLevel.alphabet())
        vocab = {**SPECIAL, **{character: 4 + i for i, character in enumerate(characters)}}
        tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=random.random() < 0.5)
        tokenizer.post_processor = processors.RobertaProcessing(("[SEP]", 2), ("[CLS]", 1), trim_offsets=trim)
        return tokenizer

    return make


def spans_of(length, random, count=60):
    """Spans of any length, the empty one and some beyond the text among them."""
    for _ in range(count):
        start = random.randint(0, length)
        yield start, start + random.choice([0, 1, 2, 5, random.randint(0, length + 2)])


def expected(encoding, start, end):
    """By the characters of each token, as the encoding has them."""
    own = [set(range(*(encoding.token_to_chars(i) or (0, 0)))) for i in range(len(encoding))]
    known = set().union(*own)
    if start == end or not known or start < min(known) or end - 1 > max(known):
        return None
    found = [i for i, characters in enumerate(own) if characters & set(range(start, end))]
    first = next((t for t in map(encoding.char_to_token, range(start, end)) if t is not None), None)
    assert first == (found[0] if found else None)
    return (found[0], found[-1]) if found else None


@pytest.mark.parametrize(
    "make", [wordpiece, byte_level(True), byte_level(False)], ids=["wordpiece", "trimmed", "bytes"]
)
@pytest.mark.parametrize("name", TEXTS)
def test_spans(name, make):
    random = Random(name)
    tokenizer = make(TEXTS[name], random)
    tokenizer.enable_truncation(40, stride=5)
    answers = []
    for line in TEXTS[name].splitlines():
        whole = tokenizer.encode(f"  {line} ")
        for window in (whole, *whole.overflowing):
            for start, end in spans_of(len(line) + 3, random):
                answer = solution.span_to_tokens(window.offsets, start, end)
                assert answer == expected(window, start, end), (line, start, end)
                answers.append(answer)
    assert 0.1 < sum(answer is None for answer in answers) / len(answers) < 0.9


@pytest.mark.parametrize("name", TEXTS)
def test_labels(name):
    """The tokens of each word, as the encoding counts them, for one text and for both of a pair."""
    random = Random(name)
    tokenizer = wordpiece(TEXTS[name], random)
    tokenizer.enable_padding(pad_id=3, pad_token="[PAD]")
    lines = TEXTS[name].splitlines()
    for _ in range(40):
        texts = [random.choice(lines).split()[:20] for _ in range(random.randint(1, 2))]
        (encoding, _) = tokenizer.encode_batch(
            [tuple(texts) if len(texts) > 1 else texts[0], lines[0].split()], is_pretokenized=True
        )
        labels = random.choices(range(9), k=max(map(len, texts)))
        for label_all in (False, True):
            aligned = [-100] * len(encoding)
            for sequence, words in enumerate(texts):
                for word in range(len(words)):
                    if (place := encoding.word_to_tokens(word, sequence)) is not None:
                        for token in range(place[0], place[1] if label_all else place[0] + 1):
                            aligned[token] = labels[word]
            assert solution.align_labels(encoding.word_ids, labels, label_all=label_all) == aligned
