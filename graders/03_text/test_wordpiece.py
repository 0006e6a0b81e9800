"""WordPiece: the longest piece first, words that are unknown, and words that are too long."""

from pathlib import Path

import pytest
import torch

from kata.grading import Case, Recipe, between, choice, decomposed, few_letters, lines

# No floating-point numbers are in a case, so one run is all of them.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])

TEXTS = Path(__file__).parents[2] / "fixtures" / "text"


def cut(impl, words, vocab, **options):
    return {word: impl.wordpiece(word, vocab, **options) for word in words}


def once(recipe):
    return choice(recipe)  # of one: the same wherever a case has it


def words_of(name):
    return once(lines(TEXTS / f"{name}.txt", 2).map(lambda found: " ".join(found).split()))


def pieces_of(words, letters=True, count=80, keep=1.0):
    """A vocabulary of pieces of these words, of any length, and of their letters if asked for, in any order.

    So many are cut from anywhere in the words. Of the letters a share is kept, and without them many a word is unknown.
    """

    def draw(source):
        g = source.generator
        known = source(words)
        found = set()
        for which, start, length in torch.rand(count, 3, generator=g).tolist():
            word = known[int(which * len(known))]
            at = int(start * len(word))
            found.add(("##" if at else "") + word[at : at + 1 + int(4 * length)])
        if letters:
            single = sorted({letter for word in known for letter in word})
            marked = [*single, *("##" + letter for letter in single)]
            found |= {token for token, p in zip(marked, torch.rand(len(marked), generator=g), strict=True) if p < keep}
        order = torch.randperm(len(found), generator=g).tolist()
        return {token: id for id, token in zip(order, sorted(found), strict=True)}

    return Recipe(draw)


def of_lengths(*lengths):
    """Words of two letters, of these lengths."""

    def draw(source):
        g = source.generator
        return ["".join("ab"[i] for i in torch.randint(2, (n,), generator=g).tolist()) for n in source(lengths)]

    return once(Recipe(draw))


def three_letters():
    """Letters x, y and z, of any script, none of them twice."""
    return once(
        Recipe(lambda source: ["aé好עя😀z"[i] for i in torch.randperm(7, generator=source.generator)[:3].tolist()])
    )


def dead_ends(letters):
    """`xy` is longer than `x`, and leads nowhere in `xyz`."""
    x, y, z = letters
    return {x + y: 3, x: 1, f"##{y}{z}": 2, f"##{y}": 0, f"##{x}": 4}


def beginnings(letters):
    """`y` begins a word only, `z` continues one only."""
    x, y, z = letters
    return {x: 2, y: 0, f"##{z}": 1, x + z: 3}


def of_each(letters):
    """All words of up to three of these letters."""
    return [a + b + c for a in letters for b in ["", *letters] for c in (["", *letters] if b else [""])]


def with_these_too(vocab, words):
    return {**vocab, **{word: len(vocab) + i for i, word in enumerate(words)}}


ENGLISH, LATIN, GREEK, CJK, MARKS, EMOJI = map(
    words_of, ["english", "latin", "greek_and_cyrillic", "cjk", "marks", "emoji"]
)
APART = once(lines(TEXTS / "latin.txt", 2).map(decomposed).map(lambda found: " ".join(found).split()))
RUNS = once(few_letters("ab").map(str.split))
SIGNS = once(few_letters("-=é好").map(str.split))
LETTERS = three_letters()
MAX = between(4, 12)
AROUND = of_lengths(MAX - 1, MAX, MAX + 1, 2 * MAX)
HUNDRED = of_lengths(99, 100, 101)
ACCENTS = once(between(5, 9).map(lambda n: ["é" * n, "好" * n, "é" * (n + 1)]))

LONGEST = [
    Case("English", words=ENGLISH, vocab=pieces_of(ENGLISH)),
    Case("Latin letters with accents", words=LATIN, vocab=pieces_of(LATIN)),
    Case("Greek and Cyrillic", words=GREEK, vocab=pieces_of(GREEK)),
    Case("Chinese, Japanese and Korean", words=CJK, vocab=pieces_of(CJK)),
    Case("combining marks", words=MARKS, vocab=pieces_of(MARKS)),
    Case("accents apart from letters", words=APART, vocab=pieces_of(APART)),
    Case("two letters", words=RUNS, vocab=pieces_of(RUNS)),
    Case("an empty word", words=[""], vocab=pieces_of(RUNS)),
    Case("four signs", words=SIGNS, vocab=pieces_of(SIGNS, count=50), recall=True),
    Case("emoji", words=EMOJI, vocab=pieces_of(EMOJI), recall=True),
]

UNKNOWN = [
    Case("some letters are missing", words=ENGLISH, vocab=pieces_of(ENGLISH, count=150, keep=0.85)),
    Case("no letters, but pieces of any length", words=RUNS, vocab=pieces_of(RUNS, letters=False, count=12)),
    Case("the longest leads nowhere", words=LETTERS.map(of_each), vocab=LETTERS.map(dead_ends)),
    Case("only at the beginning, only inside", words=LETTERS.map(of_each), vocab=LETTERS.map(beginnings)),
    Case("another token for it", words=RUNS, vocab=pieces_of(RUNS, keep=0.4, count=10), unk=choice("<unk>", "?", "##")),
    Case("words of another script", words=GREEK, vocab=pieces_of(ENGLISH)),
]

LONG = [
    Case("around the limit", words=AROUND, vocab=pieces_of(AROUND), max_chars=MAX),
    Case(
        "in the vocabulary as a whole", words=AROUND, vocab=pieces_of(AROUND).map(with_these_too, AROUND), max_chars=MAX
    ),
    Case("around a hundred", words=HUNDRED, vocab=pieces_of(HUNDRED)),
    Case(
        "characters of several bytes",
        words=ACCENTS,
        vocab=pieces_of(ACCENTS),
        max_chars=ACCENTS.map(lambda words: len(words[0])),
        unk="<unk>",
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", LONGEST, ids=str)
def test_the_longest_first(check, case):
    check.values(cut, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", UNKNOWN, ids=str)
def test_unknown_words(check, case):
    check.values(cut, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_long_words(check, case):
    check.values(cut, case)
