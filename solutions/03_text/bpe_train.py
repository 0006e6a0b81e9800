r"""# Training a byte-pair encoding

A model reads numbers, not text. If every word had a number, the table would never end, and a new word would have none;
if every character had one, texts would be long rows of numbers that mean little. Byte-pair encoding lies between the
two. It begins with the 256 bytes, of which any text in any script is made, and joins what often stands side by side:
`t` and `h` become a token `th`, then `th` and `e` become `the`. What is common ends up as one token, and what is rare
as several.

How the tokens are found:

1. The text is cut at the **special tokens**, like `<|endoftext|>`. They stand for themselves: they are in the
   vocabulary, and no part of them is counted or merged.
2. What lies between is cut into **pieces** by GPT-2's pattern, which is given below as `PATTERN`: a word with the
   blank before it, a number, a run of other signs. `regex.findall(PATTERN, part)` gives all pieces of a part, and
   every character is in one of them. Nothing is merged across pieces, so that no token is `dog. The`.
3. Each piece becomes its UTF-8 bytes, each a token of its own.
4. For each pair (a, b) of tokens, count how often b follows a directly within a piece, over all occurrences of all
   pieces:

$$n(a, b) = \sum_{\text{pieces } p} \big|\{\, i : p_i = a,\ p_{i + 1} = b \,\}\big|$$

5. The pair with the largest n is the next merge; among equals it is the greatest pair, as Python compares tuples of
   bytes. Its two tokens, joined, are a new token, which takes the place of the pair in every piece, from left to
   right.
6. Back to 4, until the vocabulary is full, or no piece has two tokens left.

**Write** `train_bpe(text, vocab_size, special_tokens=())`, which returns `(vocab, merges)`.

- `vocab` is a dict from id to the bytes of the token. It holds the 256 single bytes, the special tokens (each as its
  UTF-8 bytes) and one token for each merge. With n tokens the ids are 0 to n − 1; which token has which is up to you.
- `merges` is the list of pairs of bytes that were merged, in the order in which they were.
- `vocab_size` counts everything, the special tokens too. It is at least 256 plus their number: if it is just that,
  there are no merges. A text with few different pieces may run out of pairs before: then the vocabulary is smaller.
- A pair is merged even if it occurs only once, as long as there is room.
- In step 4 occurrences may overlap: `aaa` has the pair (a, a) twice. In step 5 they cannot: `aaa` becomes `aa`, `a`.
- Special tokens are strings of at least two characters, all different. They may hold any signs, also those that mean
  something in a regular expression. Where several begin at the same place, the longest one counts (an alternation in
  the order given takes the first). Where two overlap otherwise, it is the one that begins first.
- The text is taken as it is: no normalisation, no lower case, nothing stripped. It is any Unicode that can be written
  as UTF-8, and may be empty. The arguments stay as they are.
- To count all pairs anew after each merge, as textbooks do, is too slow for real texts. Count equal pieces once, with
  the number of their occurrences; and after a merge change only the counts of the pieces that have the pair. On a text
  of 27 000 characters with 1000 different words and 80 merges, you may take 6 times the reference's time. Counting all
  different pieces anew takes about 13 times.
- The package `regex` may be used: unlike Python's `re`, it knows `\p{L}`, any letter.

Example: `"aab aab ab"` has the pieces `aab`, ` aab`, ` ab`. Of the pairs, (a, b) occurs three times, (a, a) twice and
(␣, a) twice. The first merge is (a, b), and the pieces are a·ab, ␣·a·ab and ␣·ab. Now (a, ab) occurs twice, and (␣, a)
and (␣, ab) once: the second merge is (a, ab), which leaves aab, ␣·aab and ␣·ab. Then (␣, aab) and (␣, ab) occur once
each. The greater one is (␣, ab), since `b` comes after `a`.

Source: Sennrich, Haddow and Birch, *Neural Machine Translation of Rare Words with Subword Units* (2016), section 3.2,
algorithm 1. Bytes and pieces: Radford et al., *Language Models are Unsupervised Multitask Learners* (GPT-2, 2019),
section 2.2, and the pattern in its `encoder.py`.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

import regex

# A contraction; letters, digits or other signs, with a blank before them or without; blanks.
PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def train_bpe(
    text: str, vocab_size: int, special_tokens: Sequence[str] = ()
) -> tuple[dict[int, bytes], list[tuple[bytes, bytes]]]:
    """Find the tokens of a byte-level byte-pair encoding in a text.

    >>> vocab, merges = train_bpe("aab aab ab", vocab_size=256 + 3)
    >>> merges
    [(b'a', b'b'), (b'a', b'ab'), (b' ', b'ab')]
    >>> len(vocab), b"aab" in vocab.values()
    (259, True)
    >>> vocab, merges = train_bpe("好", vocab_size=1000, special_tokens=["<|end|>"])
    >>> merges
    [(b'\\xe5', b'\\xa5'), (b'\\xe5\\xa5', b'\\xbd')]
    >>> len(vocab), b"<|end|>" in vocab.values()
    (259, True)
    """
    ### BEGIN SOLUTION

    def merged(piece: list[bytes], pair: tuple[bytes, bytes]) -> list[bytes]:
        """The piece with one token in place of each such pair."""
        result: list[bytes] = []
        for token in piece:
            result.append(token)
            if tuple(result[-2:]) == pair:
                result[-2:] = [b"".join(pair)]
        return result

    special = sorted(special_tokens, key=len, reverse=True)  # so that the longest one is found
    parts = regex.split("|".join(map(regex.escape, special)), text) if special else [text]
    counts = Counter(piece for part in parts for piece in regex.findall(PATTERN, part))
    times = list(counts.values())
    pieces = [[bytes([byte]) for byte in piece.encode()] for piece in counts]

    pairs: Counter[tuple[bytes, bytes]] = Counter()
    places = defaultdict(set)  # of a pair: the numbers of the pieces that have it, or had it
    for number, piece in enumerate(pieces):
        for pair in pairwise(piece):
            pairs[pair] += times[number]
            places[pair].add(number)

    tokens = [bytes([byte]) for byte in range(256)] + [token.encode() for token in special]
    merges = []
    while len(tokens) < vocab_size and pairs:
        most = max(pairs.values())
        best = max(pair for pair, count in pairs.items() if count == most)
        for number in places.pop(best):
            for pair in pairwise(pieces[number]):
                pairs[pair] -= times[number]
                if not pairs[pair]:
                    del pairs[pair]
            pieces[number] = merged(pieces[number], best)
            for pair in pairwise(pieces[number]):
                pairs[pair] += times[number]
                places[pair].add(number)
        merges.append(best)
        tokens.append(b"".join(best))
    return dict(enumerate(tokens)), merges
    ### END SOLUTION
