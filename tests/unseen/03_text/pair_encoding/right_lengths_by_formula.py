"""Works out both lengths at once, and fills rows that are padding at first."""


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    if max_len < (2 if b is None else 3):
        raise ValueError(f"max_len={max_len} is less than the special tokens need")
    ids, types, mask = [pad_id] * max_len, [0] * max_len, [0] * max_len
    if b is None:
        m = min(len(a), max_len - 2)
        end = m + 2
    else:
        room = max_len - 3
        n = min(len(b), max(room - len(a), room // 2))
        m = min(len(a), room - n)
        end = m + n + 3
        ids[m + 2 : end] = b[:n] + [sep_id]
        types[m + 2 : end] = [1] * (n + 1)
    ids[: m + 2] = [cls_id, *a[:m], sep_id]
    mask[:end] = [1] * end
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}
