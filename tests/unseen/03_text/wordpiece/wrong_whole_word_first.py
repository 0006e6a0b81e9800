"""Looks for the whole word before it looks at its length: one that is too long is taken if it is in the vocabulary."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    if word in vocab:
        return [word]
    if len(word) > max_chars:
        return [unk]
    tokens = []
    start = 0
    while start < len(word):
        end = len(word)
        while end > start:
            piece = word[start:end]
            if start > 0:
                piece = "##" + piece
            if piece in vocab:
                break
            end -= 1
        if end == start:
            return [unk]
        tokens.append(piece)
        start = end
    return tokens
