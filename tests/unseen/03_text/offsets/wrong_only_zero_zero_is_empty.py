"""Leaves out the tokens at (0, 0), but not others without characters: behind the last token, they make the text longer."""


def span_to_tokens(offsets, start, end):
    tokens = [(i, s, e) for i, (s, e) in enumerate(offsets) if (s, e) != (0, 0)]
    if not tokens:
        return None
    if start < tokens[0][1] or end > tokens[-1][2]:
        return None
    inside = [i for i, s, e in tokens if max(s, start) < min(e, end)]
    if not inside:
        return None
    return inside[0], inside[-1]


def align_labels(word_ids, labels, label_all=False):
    out = []
    for i, w in enumerate(word_ids):
        if w is None:
            out.append(-100)
        elif label_all or i == 0 or word_ids[i - 1] != w:
            out.append(labels[w])
        else:
            out.append(-100)
    return out
