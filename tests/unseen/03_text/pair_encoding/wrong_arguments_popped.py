"""Cuts the lists themselves: whoever encodes the same texts again finds them shorter."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    room = max_len - (2 if b is None else 3)
    if room < 0:
        raise ValueError(f"max_len must be larger than {max_len}")
    if b is None:
        a = a[:room]
        input_ids = [cls_id] + a + [sep_id]
        token_type_ids = [0] * len(input_ids)
    else:
        while len(a) + len(b) > room:
            longer = a if len(a) > len(b) else b
            longer.pop()
        input_ids = [cls_id] + a + [sep_id] + b + [sep_id]
        token_type_ids = [0] * (len(a) + 2) + [1] * (len(b) + 1)
    attention_mask = [1] * len(input_ids)
    padding = max_len - len(input_ids)
    return {
        "input_ids": input_ids + [pad_id] * padding,
        "token_type_ids": token_type_ids + [0] * padding,
        "attention_mask": attention_mask + [0] * padding,
    }
