"""Counts the pairs of a piece without overlaps: `aaa` has (a, a) once, not twice."""

from collections import Counter, defaultdict

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def split(text, special_tokens):
    if not special_tokens:
        return [text]
    tokens = sorted(special_tokens, key=len, reverse=True)
    return regex.split("|".join(regex.escape(token) for token in tokens), text)


def pairs_of(word):
    found = []
    last = -1
    for i in range(len(word) - 1):
        pair = word[i : i + 2]
        if pair[0] == pair[1] and found and found[-1] == pair and last == i - 1:
            continue
        found.append(pair)
        last = i
    return found


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
        for pair in pairs_of(word):
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
            for pair in pairs_of(word):
                counts[pair] -= n
                if counts[pair] == 0:
                    del counts[pair]
            for pair in pairs_of(new):
                counts[pair] += n
                places[pair].add(i)
            words[i] = (new, n)
    return vocab, merges
