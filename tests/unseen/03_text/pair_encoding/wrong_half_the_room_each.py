"""Gives each text half of the room, even if the other one does not need its own half."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    if max_len < (2 if b is None else 3):
        raise ValueError("max_len is too small")
    if b is None:
        ids = [cls_id] + a[: max_len - 2] + [sep_id]
        types = [0] * len(ids)
    else:
        room = max_len - 3
        if len(a) + len(b) > room:
            a, b = a[: room - room // 2], b[: room // 2]
        ids = [cls_id] + a + [sep_id] + b + [sep_id]
        types = [0] * (len(a) + 2) + [1] * (len(b) + 1)
    missing = max_len - len(ids)
    return {
        "input_ids": ids + [pad_id] * missing,
        "token_type_ids": types + [0] * missing,
        "attention_mask": [1] * len(ids) + [0] * missing,
    }
