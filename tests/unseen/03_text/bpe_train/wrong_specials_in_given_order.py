"""Looks for special tokens in the order given: of two that begin at one place, the first counts, not the longest."""

from collections import Counter, defaultdict
from itertools import pairwise

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def split(text, special_tokens):
    if not special_tokens:
        return [text]
    return regex.split("|".join(regex.escape(token) for token in special_tokens), text)


def merge(word, pair):
    new = []
    i = 0
    while i < len(word):
        if word[i : i + 2] == pair:
            new.append(pair[0] + pair[1])
            i += 2
        else:
            new.append(word[i])
            i += 1
    return tuple(new)


def train_bpe(text, vocab_size, special_tokens=()):
    vocab = {i: bytes([i]) for i in range(256)}
    for token in special_tokens:
        vocab[len(vocab)] = token.encode()
    pieces = Counter()
    for part in split(text, special_tokens):
        pieces.update(regex.findall(PATTERN, part))
    words = []
    for piece, n in pieces.items():
        words.append((tuple(bytes([b]) for b in piece.encode()), n))

    counts = Counter()
    places = defaultdict(set)
    for i, (word, n) in enumerate(words):
        for pair in pairwise(word):
            counts[pair] += n
            places[pair].add(i)

    merges = []
    while len(vocab) < vocab_size and counts:
        best = max(counts, key=lambda pair: (counts[pair], pair))
        merges.append(best)
        vocab[len(vocab)] = best[0] + best[1]
        for i in places.pop(best):
            word, n = words[i]
            new = merge(word, best)
            for pair in pairwise(word):
                counts[pair] -= n
                if counts[pair] == 0:
                    del counts[pair]
            for pair in pairwise(new):
                counts[pair] += n
                places[pair].add(i)
            words[i] = (new, n)
    return vocab, merges
