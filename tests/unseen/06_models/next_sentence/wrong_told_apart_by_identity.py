"""Wrong: other documents are those that are other objects, so one that stands in the list twice is no other."""

from itertools import pairwise

import torch


def draw(n, generator):
    """Draw one of the numbers below n."""
    return int(torch.randint(n, (), generator=generator))


def make_nsp_pairs(documents, generator):
    pairs = []
    for document in documents:
        others = [other for other in documents if other is not document and other]
        if len(document) > 1 and not others:
            raise ValueError("there is no other document to draw a sentence from")
        for a, following in pairwise(document):
            is_next = draw(2, generator) == 1
            b = following
            if not is_next:
                other = others[draw(len(others), generator)]
                b = other[draw(len(other), generator)]
            pairs.append((a, b, is_next))
    return pairs
