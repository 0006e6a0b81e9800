"""Wrong: of what is chosen, 80 % are masked and 10 % replaced to the very number, dealt out at random."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    special = torch.zeros_like(input_ids, dtype=torch.bool)
    for id in special_ids:
        special |= input_ids == id
    shape, device = input_ids.shape, input_ids.device
    chosen = (torch.rand(shape, generator=generator, device=device) < p) & ~special
    labels = torch.full_like(input_ids, -100)
    labels[chosen] = input_ids[chosen]

    places = chosen.flatten().nonzero().squeeze(1)
    places = places[torch.randperm(len(places), generator=generator, device=device)]
    masked, replaced = round(0.8 * len(places)), round(0.9 * len(places))
    inputs = input_ids.flatten().clone()
    inputs[places[:masked]] = mask_id
    inputs[places[masked:replaced]] = torch.randint(
        vocab_size, (replaced - masked,), generator=generator, device=device
    )
    return inputs.view(shape), labels
