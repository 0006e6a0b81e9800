"""Deals the places out instead of cutting: one to a, one to b, and so on, as long as there are places and tokens."""

from itertools import chain, repeat


def encode_pair(a, b, cls_id, sep_id, max_len, pad_id=0):
    texts = [a] if b is None else [a, b]
    places = max_len - len(texts) - 1
    if places < 0:
        raise ValueError("no place for the special tokens")
    taken = [0] * len(texts)
    while places and any(k < len(text) for k, text in zip(taken, texts)):
        for i, text in enumerate(texts):
            if places and taken[i] < len(text):
                taken[i] += 1
                places -= 1
    triples = [(cls_id, 0, 1)]
    for kind, (text, k) in enumerate(zip(texts, taken)):
        triples += [(token, kind, 1) for token in text[:k]] + [(sep_id, kind, 1)]
    triples = chain(triples, repeat((pad_id, 0, 0), max_len - len(triples)))
    names = ("input_ids", "token_type_ids", "attention_mask")
    return {name: list(column) for name, column in zip(names, zip(*triples))}
