"""Right: lists are made as pairs of an id and what is learned, and the loss picks its positions before any softmax."""

from itertools import chain, islice

import torch


def sft_loss(logits, input_ids, response_mask):
    rows, places = response_mask[:, 1:].nonzero(as_tuple=True)
    guesses = logits[rows, places].double()  # (n, V)
    targets = input_ids[rows, places + 1].long()
    correct = guesses[torch.arange(len(rows), device=logits.device), targets]
    return ((guesses.logsumexp(dim=-1) - correct).sum() / max(len(rows), 1)).to(logits.dtype)


def unzip(pairs, max_len):
    kept = list(islice(pairs, max_len))
    return [id for id, _ in kept], [learned for _, learned in kept]


def paired(ids, learned):
    return ((id, learned) for id in ids)


def build_example(prompt_ids, response_ids, eos_id, max_len):
    return unzip(chain(paired(prompt_ids, False), paired(response_ids, True), [(eos_id, True)]), max_len)


def build_chat(turns, role_ids, eos_id, max_len):
    def pieces():
        for role, ids in turns:
            yield from paired(role_ids[role], False)
            yield from paired([*ids, eos_id], role == "assistant")

    return unzip(pieces(), max_len)
