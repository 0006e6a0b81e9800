"""A heap of pairs with the counts that they had, in which what is out of date is put right when it comes up."""

import heapq
import re
from collections import Counter, defaultdict
from itertools import pairwise

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class Candidate:
    __slots__ = ("count", "pair")

    def __init__(self, count, pair):
        self.count, self.pair = count, pair

    def __lt__(self, other):  # the heap gives its least first: that is to be the most frequent one, and the greatest
        return (self.count, self.pair) > (other.count, other.pair)


def train_bpe(text, vocab_size, special_tokens=()):
    parts = [text]
    if special_tokens:
        parts = re.split("|".join(re.escape(t) for t in sorted(special_tokens, key=lambda t: -len(t))), text)
    occurrences = Counter(piece for part in parts for piece in regex.findall(PATTERN, part))
    pieces = [[bytes([byte]) for byte in piece.encode()] for piece in occurrences]
    weights = list(occurrences.values())

    n, homes = Counter(), defaultdict(set)
    for i, piece in enumerate(pieces):
        for pair in pairwise(piece):
            n[pair] += weights[i]
            homes[pair].add(i)
    heap = [Candidate(count, pair) for pair, count in n.items()]
    heapq.heapify(heap)

    merges = []
    room = vocab_size - 256 - len(special_tokens)
    while heap and len(merges) < room:
        top = heapq.heappop(heap)
        now = n[top.pair]
        if now != top.count:
            if 0 < now < top.count:
                heapq.heappush(heap, Candidate(now, top.pair))
            continue
        a, b = top.pair
        merges.append(top.pair)
        grown = set()
        for i in homes.pop(top.pair):
            piece, weight = pieces[i], weights[i]
            for pair in pairwise(piece):
                n[pair] -= weight
            k = 0
            while k < len(piece) - 1:
                if piece[k] == a and piece[k + 1] == b:
                    piece[k : k + 2] = [a + b]
                k += 1
            for pair in pairwise(piece):
                n[pair] += weight
                homes[pair].add(i)
                if a + b in pair:
                    grown.add(pair)
        for pair in grown:
            heapq.heappush(heap, Candidate(n[pair], pair))

    tokens = [bytes([byte]) for byte in range(256)]
    tokens += [token.encode() for token in special_tokens]
    tokens += [a + b for a, b in merges]
    return dict(enumerate(tokens)), merges
