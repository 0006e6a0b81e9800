"""Writes down for each character which tokens have it, and goes through the tokens of a word as a group."""

from itertools import groupby


def span_to_tokens(offsets, start, end):
    owners = {}
    for number, (s, e) in enumerate(offsets):
        for character in range(s, e):
            owners.setdefault(character, []).append(number)
    if not owners or start < min(owners) or end - 1 > max(owners):
        return None
    of_span = [number for character in range(start, end) for number in owners.get(character, ())]
    return [min(of_span), max(of_span)] if of_span else None


def align_labels(word_ids, labels, label_all=False):
    aligned = []
    for word, tokens in groupby(word_ids):
        n = sum(1 for _ in tokens)
        if word is None:
            aligned += n * [-100]
        elif label_all:
            aligned += n * [labels[word]]
        else:
            aligned += [labels[word]] + (n - 1) * [-100]
    return aligned
