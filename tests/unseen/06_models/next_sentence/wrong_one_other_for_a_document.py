"""Wrong: the other document is drawn once for all false pairs of a document."""

import torch


def draw(n, generator):
    """Draw one of the numbers below n."""
    return int(torch.randint(n, (), generator=generator))


def make_nsp_pairs(documents, generator):
    pairs = []
    for d, document in enumerate(documents):
        if len(document) < 2:
            continue
        others = [e for e in range(len(documents)) if e != d and documents[e]]
        if not others:
            raise ValueError(f"document {d} has pairs to make, but no other document has a sentence")
        other = documents[others[draw(len(others), generator)]]
        for a, b in zip(document, document[1:], strict=False):
            is_next = bool(draw(2, generator))
            pairs.append((a, b if is_next else other[draw(len(other), generator)], is_next))
    return pairs
