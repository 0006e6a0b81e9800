"""Takes the longest token of the vocabulary that fits, and not the merges by their rank."""

import regex

PATTERN = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""


class BPETokenizer:
    def __init__(self, vocab, merges, special_tokens=()):
        self.vocab = dict(vocab)
        self.ids = {token: i for i, token in vocab.items()}
        self.special = set(special_tokens)
        self.splitter = None
        if special_tokens:
            tokens = sorted(special_tokens, key=len, reverse=True)
            self.splitter = regex.compile("(" + "|".join(map(regex.escape, tokens)) + ")")

    def encode_piece(self, piece):
        data = piece.encode()
        ids = []
        start = 0
        while start < len(data):
            end = len(data)
            while data[start:end] not in self.ids:
                end -= 1
            ids.append(self.ids[data[start:end]])
            start = end
        return ids

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
