"""Does not see that a span of blanks has no token: the first one behind it and the last one before it come out."""


def span_to_tokens(offsets, start, end):
    real = [(i, s, e) for i, (s, e) in enumerate(offsets) if s < e]
    if not real or start >= end:
        return None
    if start < real[0][1] or end > real[-1][2]:
        return None
    first = next(i for i, s, e in real if e > start)
    last = next(i for i, s, e in reversed(real) if s < end)
    return first, last


def align_labels(word_ids, labels, label_all=False):
    result = []
    previous = None
    for word in word_ids:
        if word is None:
            result.append(-100)
        elif word != previous or label_all:
            result.append(labels[word])
        else:
            result.append(-100)
        previous = word
    return result
