"""Wrong: a false second sentence is drawn anew for as long as it reads like the true one, if there is another."""

import torch


def draw(n, generator):
    """Draw one of the numbers below n."""
    return int(torch.randint(n, (), generator=generator))


def make_nsp_pairs(documents, generator):
    pairs = []
    for d, document in enumerate(documents):
        others = [other for e, other in enumerate(documents) if e != d and len(other) > 0]
        if len(document) >= 2 and not others:
            raise ValueError("a false pair needs a second document with a sentence")
        for i in range(len(document) - 1):
            a, b = document[i], document[i + 1]
            is_next = torch.rand((), generator=generator).item() < 0.5
            if not is_next:
                false = [other for other in others if any(sentence != b for sentence in other)]
                other = false[draw(len(false), generator)] if false else others[0]
                fitting = [sentence for sentence in other if sentence != b] or other
                b = fitting[draw(len(fitting), generator)]
            pairs.append((a, b, is_next))
    return pairs
