"""Wrong: half of the pairs are true ones to the very number, in an order that is drawn."""

import torch


def draw(n, generator):
    """Draw one of the numbers below n."""
    return int(torch.randint(n, (), generator=generator))


def make_nsp_pairs(documents, generator):
    count = sum(max(len(document) - 1, 0) for document in documents)
    coins = iter(((torch.randperm(count, generator=generator) + draw(2, generator)) % 2 == 0).tolist())
    pairs = []
    for d, document in enumerate(documents):
        others = [other for other in documents[:d] + documents[d + 1 :] if other]
        for a, b in zip(document, document[1:], strict=False):
            if not others:
                raise ValueError("no other document has a sentence")
            is_next = next(coins)
            if not is_next:
                other = others[draw(len(others), generator)]
                b = other[draw(len(other), generator)]
            pairs.append((a, b, is_next))
    return pairs
