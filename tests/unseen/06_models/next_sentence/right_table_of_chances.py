"""Right: all coins are drawn at first, and each false sentence from a table of the chances of all sentences."""

import torch


def make_nsp_pairs(documents, generator):
    places = [(d, i) for d, document in enumerate(documents) for i in range(len(document) - 1)]
    coins = torch.bernoulli(torch.full((len(places),), 0.5), generator=generator).bool().tolist()
    owners = [d for d, document in enumerate(documents) for _ in document]
    sentences = [sentence for document in documents for sentence in document]
    chances = torch.tensor([1 / len(documents[d]) for d in owners], dtype=torch.float64)

    pairs = []
    for (d, i), is_next in zip(places, coins, strict=True):
        allowed = chances * (torch.tensor(owners) != d)
        if allowed.sum() == 0:
            raise ValueError("there is no sentence in any other document")
        if is_next:
            b = documents[d][i + 1]
        else:
            b = sentences[int(torch.multinomial(allowed, 1, generator=generator))]
        pairs.append((documents[d][i], b, is_next))
    return pairs
