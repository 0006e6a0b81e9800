"""Keeps the borders between tokens in a list, and takes away those that a merge closes; decodes with a stream decoder."""

import codecs

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class BPETokenizer:
    def __init__(self, vocab, merges, special_tokens=()):
        self.token = dict(vocab)
        self.number = {token: i for i, token in vocab.items()}
        self.rank = {(a, b): len(merges) - i for i, (a, b) in reversed(list(enumerate(merges)))}
        self.special = sorted(special_tokens, key=len, reverse=True)

    def _cut(self, text):
        """The text as pairs: a part, and whether it is a special token."""
        start = 0
        found = regex.finditer("|".join(map(regex.escape, self.special)), text) if self.special else ()
        for match in found:
            yield text[start : match.start()], False
            yield match.group(), True
            start = match.end()
        yield text[start:], False

    def _tokens(self, data):
        borders = list(range(len(data) + 1))
        while True:
            pairs = [self.rank.get((data[a:b], data[b:c]), 0) for a, b, c in zip(borders, borders[1:], borders[2:])]
            best = max(pairs, default=0)
            if best == 0:
                break
            kept = [0]
            for k, rank in enumerate(pairs, start=1):
                if rank != best or kept[-1] != borders[k - 1]:
                    kept.append(borders[k])
            borders = [*kept, len(data)]
        return [data[a:b] for a, b in zip(borders, borders[1:])]

    def encode(self, text):
        ids = []
        for part, special in self._cut(text):
            if special:
                ids.append(self.number[part.encode()])
                continue
            for piece in regex.findall(PATTERN, part):
                ids += [self.number[token] for token in self._tokens(piece.encode())]
        return ids

    def decode(self, ids):
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        return "".join([decoder.decode(self.token[i]) for i in ids] + [decoder.decode(b"", final=True)])
