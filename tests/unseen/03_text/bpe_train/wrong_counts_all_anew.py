"""Counts all pairs of all different pieces anew after each merge, as textbooks do: right, and too slow."""

from collections import Counter
from itertools import pairwise

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def train_bpe(text, vocab_size, special_tokens=()):
    parts = [text]
    if special_tokens:
        longest_first = sorted(special_tokens, key=len, reverse=True)
        parts = regex.split("|".join(map(regex.escape, longest_first)), text)
    pieces = Counter(piece for part in parts for piece in regex.findall(PATTERN, part))
    words = {tuple(bytes([b]) for b in piece.encode("utf-8")): n for piece, n in pieces.items()}
    tokens = [bytes([b]) for b in range(256)] + [token.encode("utf-8") for token in special_tokens]
    merges = []
    while len(tokens) < vocab_size:
        counts = Counter()
        for word, n in words.items():
            for pair in pairwise(word):
                counts[pair] += n
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        tokens.append(best[0] + best[1])
        merged = {}
        for word, n in words.items():
            new, i = [], 0
            while i < len(word):
                if i + 1 < len(word) and (word[i], word[i + 1]) == best:
                    new.append(word[i] + word[i + 1])
                    i += 2
                else:
                    new.append(word[i])
                    i += 1
            merged[tuple(new)] = n
        words = merged
    return dict(enumerate(tokens)), merges
