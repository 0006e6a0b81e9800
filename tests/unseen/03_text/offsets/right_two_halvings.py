"""Halves its way to the first token that ends behind `start`, and to the last one that begins before `end`."""

from bisect import bisect_left, bisect_right


def span_to_tokens(offsets, start, end):
    numbers = [i for i, (s, e) in enumerate(offsets) if s != e]
    if start == end or not numbers:
        return None
    starts = [offsets[i][0] for i in numbers]
    ends = [offsets[i][1] for i in numbers]
    if not (starts[0] <= start and end <= ends[-1]):
        return None
    first = bisect_right(ends, start)
    last = bisect_left(starts, end) - 1
    return (numbers[first], numbers[last]) if first <= last else None


def align_labels(word_ids, labels, label_all=False):
    before = [None, *word_ids]
    return [
        -100 if word is None or (word == previous and not label_all) else labels[word]
        for previous, word in zip(before, word_ids)
    ]
