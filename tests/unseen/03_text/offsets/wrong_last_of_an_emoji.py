"""Searches for the last token that begins at `start` or before: of several with the same offsets it misses the first."""

from bisect import bisect_left, bisect_right


def span_to_tokens(offsets, start, end):
    tokens = [(s, e, i) for i, (s, e) in enumerate(offsets) if e > s]
    if not tokens or start == end:
        return None
    if start < tokens[0][0] or end > tokens[-1][1]:
        return None
    starts = [s for s, _, _ in tokens]
    first = bisect_right(starts, start) - 1
    if tokens[first][1] <= start:  # it ends before the span: a blank lies there
        first += 1
    last = bisect_left(starts, end) - 1
    if first > last:
        return None
    return tokens[first][2], tokens[last][2]


def align_labels(word_ids, labels, label_all=False):
    aligned, before = [], None
    for word in word_ids:
        first = word is not None and word != before
        whole = word is not None and label_all
        aligned.append(labels[word] if first or whole else -100)
        before = word
    return aligned
