"""Right: one number decides all of a pair: the coin, and what is left of it the document, then the sentence."""

from itertools import pairwise

import torch


def pick(choices, u):
    """Split u, from 0 to 1, into one of the choices and what is left of u, from 0 to 1 again."""
    place = min(int(u * len(choices)), len(choices) - 1)
    return choices[place], u * len(choices) - place


def make_nsp_pairs(documents, generator):
    pairs = []
    for d, document in enumerate(documents):
        others = [e for e, other in enumerate(documents) if e != d and other]
        if len(document) > 1 and not others:
            raise ValueError(f"no document but number {d} has a sentence")
        count = max(len(document) - 1, 0)
        numbers = torch.rand(count, generator=generator, dtype=torch.float64).tolist()
        for (a, b), u in zip(pairwise(document), numbers, strict=True):
            is_next, rest = pick([True, False], u)
            if not is_next:
                e, rest = pick(others, rest)
                b, _ = pick(documents[e], rest)
            pairs.append((a, b, is_next))
    return pairs
