"""Wrong: if the document that was drawn is empty the next one is taken, which is then drawn more often."""

import torch


def draw(n, generator):
    """Draw one of the numbers below n."""
    return int(torch.randint(n, (), generator=generator))


def make_nsp_pairs(documents, generator):
    filled = sum(len(document) > 0 for document in documents)
    if filled < 2 and any(len(document) > 1 for document in documents):
        raise ValueError("there must be another document that has a sentence")

    def sentence_of_another(d):
        e = (d + 1 + draw(len(documents) - 1, generator)) % len(documents)
        while e == d or not documents[e]:
            e = (e + 1) % len(documents)
        return documents[e][draw(len(documents[e]), generator)]

    pairs = []
    for d, document in enumerate(documents):
        for i, a in enumerate(document[:-1]):
            if torch.rand((), generator=generator) < 0.5:
                pairs.append((a, document[i + 1], True))
            else:
                pairs.append((a, sentence_of_another(d), False))
    return pairs
