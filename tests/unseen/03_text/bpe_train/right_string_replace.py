"""Writes each piece as a string with one character for each token, in which `str.replace` does the merging."""

import re
from collections import Counter

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


def train_bpe(text, vocab_size, special_tokens=()):
    meaning = {chr(byte): bytes([byte]) for byte in range(256)}
    stop = re.compile("|".join(map(re.escape, sorted(special_tokens, key=len, reverse=True))) or r"(?!)")
    tally = Counter()
    for part in stop.split(text):
        tally.update(piece.encode().decode("latin-1") for piece in regex.findall(PATTERN, part))
    words = [[piece, times] for piece, times in tally.items()]

    count, where = {}, {}

    def note(index, sign):
        word, times = words[index]
        for i in range(len(word) - 1):
            pair = word[i : i + 2]
            left = count.get(pair, 0) + sign * times
            if left:
                count[pair] = left
            else:
                del count[pair]
            if sign > 0:
                where.setdefault(pair, set()).add(index)

    for index in range(len(words)):
        note(index, +1)
    merges = []
    for number in range(256, vocab_size - len(special_tokens)):
        if not count:
            break
        most = max(count.values())
        pair = max((p for p, times in count.items() if times == most), key=lambda p: (meaning[p[0]], meaning[p[1]]))
        merges.append((meaning[pair[0]], meaning[pair[1]]))
        meaning[chr(number)] = b"".join(merges[-1])
        for index in where.pop(pair):
            if pair in words[index][0]:
                note(index, -1)
                words[index][0] = words[index][0].replace(pair, chr(number))
                note(index, +1)
    tokens = list(meaning.values()) + [token.encode() for token in special_tokens]
    return dict(enumerate(tokens)), merges
