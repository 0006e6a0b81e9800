"""Goes back where nothing fits, and tries a shorter piece: `abc` becomes `a`, `##bc` where it should be unknown."""


def _cut(word, start, vocab):
    if start == len(word):
        return []
    for end in range(len(word), start, -1):
        piece = ("##" if start else "") + word[start:end]
        if piece in vocab:
            rest = _cut(word, end, vocab)
            if rest is not None:
                return [piece, *rest]
    return None


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    if len(word) > max_chars:
        return [unk]
    tokens = _cut(word, 0, vocab)
    return [unk] if tokens is None else tokens
