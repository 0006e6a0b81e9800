"""The formula as it stands: the largest j of all ends at which a piece of the vocabulary ends."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    n = len(word)
    if n > max_chars:
        return [unk]

    def pieces():
        s, prefix = 0, ""
        while s < n:
            e = max(j for j in range(s + 1, n + 1) if prefix + word[s:j] in vocab)
            yield prefix + word[s:e]
            s, prefix = e, "##"

    try:
        return list(pieces())
    except ValueError:  # no such j
        return [unk]
