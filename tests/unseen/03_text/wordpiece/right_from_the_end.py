"""Works out from the end of the word where the piece of each place ends, and whether one gets to the end from there."""


def wordpiece(word: str, vocab: dict[str, int], unk: str = "[UNK]", max_chars: int = 100) -> list[str]:
    n = len(word)
    if n > max_chars:
        return [unk]
    tails: list = [None] * n + [
        ()
    ]  # of each place: its piece and the rest, as linked pairs; None where it leads nowhere
    for s in reversed(range(n)):
        prefix = "##" if s else ""
        for e in reversed(range(s + 1, n + 1)):
            piece = f"{prefix}{word[s:e]}"
            if piece in vocab:
                tails[s] = None if tails[e] is None else (piece, tails[e])
                break
    if tails[0] is None:
        return [unk]
    tokens, rest = [], tails[0]
    while rest:
        token, rest = rest
        tokens.append(token)
    return tokens
