"""Wants room for at least one token of the texts, and refuses a row in which the special tokens just fit."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    room = max_len - (2 if b is None else 3)
    if room <= 0:
        raise ValueError("max_len leaves no room for the texts")
    m = len(a)
    n = len(b) if b is not None else 0
    while m + n > room:
        if m > n:
            m -= 1
        else:
            n -= 1
    tokens = [(cls_id, 0)] + [(t, 0) for t in a[:m]] + [(sep_id, 0)]
    if b is not None:
        tokens += [(t, 1) for t in b[:n]] + [(sep_id, 1)]
    pads = max_len - len(tokens)
    return {
        "input_ids": [t for t, _ in tokens] + [pad_id] * pads,
        "token_type_ids": [k for _, k in tokens] + [0] * pads,
        "attention_mask": [1] * len(tokens) + [0] * pads,
    }
