"""`>=`: a word of exactly `max_chars` characters is taken for too long."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    if not word:
        return []
    if len(word) >= max_chars:
        return [unk]
    result = []
    s = 0
    while s < len(word):
        prefix = "##" if s > 0 else ""
        for e in range(len(word), s, -1):
            if prefix + word[s:e] in vocab:
                result.append(prefix + word[s:e])
                s = e
                break
        else:
            return [unk]
    return result
