"""Takes a single byte for its own id, which it need not be in the vocabulary."""

from itertools import pairwise

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class BPETokenizer:
    def __init__(self, vocab, merges, special_tokens=()):
        self.vocab = dict(vocab)
        self.ids = {token: i for i, token in vocab.items()}
        self.ranks = {tuple(pair): rank for rank, pair in enumerate(merges)}
        self.special = set(special_tokens)
        self.splitter = None
        if special_tokens:
            tokens = sorted(special_tokens, key=len, reverse=True)
            self.splitter = regex.compile("(" + "|".join(map(regex.escape, tokens)) + ")")

    def encode_piece(self, piece):
        tokens = [bytes([b]) for b in piece.encode()]
        while len(tokens) > 1:
            best = min(pairwise(tokens), key=lambda pair: self.ranks.get(pair, float("inf")))
            if best not in self.ranks:
                break
            new = []
            i = 0
            while i < len(tokens):
                if i + 1 < len(tokens) and (tokens[i], tokens[i + 1]) == best:
                    new.append(tokens[i] + tokens[i + 1])
                    i += 2
                else:
                    new.append(tokens[i])
                    i += 1
            tokens = new
        return [t[0] if len(t) == 1 else self.ids[t] for t in tokens]

    def encode(self, text):
        parts = self.splitter.split(text) if self.splitter else [text]
        ids = []
        for part in parts:
            if part in self.special:
                ids.append(self.ids[part.encode()])
            else:
                for piece in regex.findall(PATTERN, part):
                    ids.extend(self.encode_piece(piece))
        return ids

    def decode(self, ids):
        return b"".join(self.vocab[i] for i in ids).decode("utf-8", errors="replace")
