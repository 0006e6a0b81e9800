"""Asks `if b`, which takes an empty second text for none."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    pair = bool(b)
    room = max_len - 3 if pair else max_len - 2
    if room < 0:
        raise ValueError("the special tokens do not fit")
    a, b = list(a), list(b or [])
    while len(a) + len(b) > room:
        if len(a) > len(b):
            a.pop()
        else:
            b.pop()
    ids = [cls_id, *a, sep_id]
    types = [0] * len(ids)
    if pair:
        ids += [*b, sep_id]
        types += [1] * (len(b) + 1)
    mask = [1] * len(ids)
    while len(ids) < max_len:
        ids.append(pad_id)
        types.append(0)
        mask.append(0)
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}
