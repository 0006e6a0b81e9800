"""Where no piece with `##` fits, takes one without, which can only begin a word."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    if len(word) > max_chars:
        return [unk]

    def longest(start, prefix):
        for end in range(len(word), start, -1):
            if prefix + word[start:end] in vocab:
                return prefix + word[start:end], end
        return None

    tokens, start = [], 0
    while start < len(word):
        found = longest(start, "##") if start > 0 else longest(start, "")
        if found is None:
            found = longest(start, "")
        if found is None:
            return [unk]
        token, start = found
        tokens.append(token)
    return tokens
