"""A word without characters finds no token, and so is taken for an unknown one."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    if len(word) > max_chars:
        return [unk]
    tokens = []
    rest, prefix = word, ""
    while rest:
        length = len(rest)
        while length and prefix + rest[:length] not in vocab:
            length -= 1
        if length == 0:
            tokens = []
            break
        tokens.append(prefix + rest[:length])
        rest, prefix = rest[length:], "##"
    return tokens or [unk]
