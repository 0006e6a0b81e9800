"""WordPiece against Hugging Face's `tokenizers`, with vocabularies of any pieces of the words."""

from random import Random

import pytest
from tokenizers.models import WordPiece

from tests.conftest import ROOT, reference

wordpiece = reference(__file__).wordpiece
TEXTS = {file.stem: file.read_text(encoding="utf-8") for file in sorted((ROOT / "fixtures" / "text").glob("*.txt"))}


def vocabulary(words, random):
    """Pieces of any place and length of the words, and most of their letters; with them the unknown token, as it must be."""
    found = {"[UNK]"}
    for _ in range(200):
        word = random.choice(words)
        start = random.randrange(len(word))
        found.add(("##" if start else "") + word[start : start + random.randint(1, 5)])
    letters = sorted({letter for word in words for letter in word})
    found |= {mark + letter for letter in letters for mark in ("", "##") if random.random() < 0.9}
    return {token: id for id, token in enumerate(sorted(found))}


@pytest.mark.parametrize("name", [*TEXTS, "two letters"])
@pytest.mark.parametrize("max_chars", [5, 100])
def test_wordpiece(name, max_chars):
    random = Random(name)
    words = ["".join(random.choices("ab", k=random.randint(1, 12))) for _ in range(200)]
    words = [*TEXTS.get(name, " ".join(words)).split(), "x" * 100, "x" * 101]
    vocab = vocabulary(words, random)
    theirs = WordPiece(vocab, unk_token="[UNK]", max_input_chars_per_word=max_chars)
    unknown = 0
    for word in words:
        tokens = wordpiece(word, vocab, max_chars=max_chars)
        assert tokens == [token.value for token in theirs.tokenize(word)], word
        unknown += tokens == ["[UNK]"]
    assert 0 < unknown < len(words)
