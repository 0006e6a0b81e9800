"""One character for each token: a piece is a string, a merge is `str.replace`, and pieces are remembered by the instance."""

import re

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class BPETokenizer:
    def __init__(self, vocab, merges, special_tokens=()):
        self.bytes_of = dict(vocab)
        sign = {token: chr(number) for number, token in enumerate(vocab.values())}
        self.id_of = {sign[token]: i for i, token in vocab.items()}
        self.first = [sign[bytes([byte])] for byte in range(256)]
        self.rules = {}
        for rank, (a, b) in enumerate(merges):
            self.rules.setdefault(sign[a] + sign[b], (rank, sign[a + b]))
        self.specials = {t: sign[t.encode()] for t in special_tokens}
        self.stop = re.compile("(" + ("|".join(map(re.escape, sorted(special_tokens, key=len)[::-1])) or "(?!)") + ")")
        self.known = {}

    def _join(self, piece: str) -> str:
        if piece not in self.known:
            signs = "".join(self.first[byte] for byte in piece.encode())
            while True:
                pairs = {signs[i : i + 2] for i in range(len(signs) - 1)}
                pair = min(pairs & self.rules.keys(), key=self.rules.__getitem__, default=None)
                if pair is None:
                    break
                signs = signs.replace(pair, self.rules[pair][1])
            self.known[piece] = signs
        return self.known[piece]

    def encode(self, text: str) -> list[int]:
        signs = []
        for i, part in enumerate(self.stop.split(text)):
            signs += [self.specials[part]] if i % 2 else map(self._join, regex.findall(PATTERN, part))
        return [self.id_of[s] for s in "".join(signs)]

    def decode(self, ids) -> str:
        return b"".join(map(self.bytes_of.__getitem__, ids)).decode(errors="replace")
