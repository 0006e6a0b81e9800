"""Turns "begins here" (odd) into "goes on" (the next number) for further tokens, as a well-known course does."""


def span_to_tokens(offsets, start, end):
    first = last = None
    low = high = None
    for i, (s, e) in enumerate(offsets):
        if s == e:
            continue
        low = s if low is None else low
        high = e
        if max(s, start) < min(e, end):
            first = i if first is None else first
            last = i
    if first is None or start < low or end > high:
        return None
    return first, last


def align_labels(word_ids, labels, label_all=False):
    new_labels = []
    current_word = None
    for word_id in word_ids:
        if word_id != current_word:
            current_word = word_id
            new_labels.append(-100 if word_id is None else labels[word_id])
        elif word_id is None or not label_all:
            new_labels.append(-100)
        else:
            label = labels[word_id]
            if label % 2 == 1:
                label += 1
            new_labels.append(label)
    return new_labels
