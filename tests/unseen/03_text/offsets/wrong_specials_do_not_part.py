"""Remembers the last word that there was, across special tokens: the word 0 of the second text gets no label."""


def span_to_tokens(offsets, start, end):
    real = [(s, e) for s, e in offsets if s < e]
    if not real or start < real[0][0] or end > real[-1][1]:
        return None
    hits = [i for i, (s, e) in enumerate(offsets) if max(s, start) < min(e, end)]
    return (hits[0], hits[-1]) if hits else None


def align_labels(word_ids, labels, label_all=False):
    result = []
    current = None
    for word in word_ids:
        if word is None:
            result.append(-100)
            continue
        if label_all or word != current:
            result.append(labels[word])
        else:
            result.append(-100)
        current = word
    return result
