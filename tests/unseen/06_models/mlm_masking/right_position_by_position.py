"""Right: a loop over the positions in Python, which draws only what it needs; fates come from multinomial."""

import torch


def mask_tokens(input_ids, mask_id, vocab_size, special_ids, p=0.15, generator=None):
    device = input_ids.device
    shares = torch.tensor([0.8, 0.1, 0.1], device=device)
    inputs, labels = [], []
    for id in input_ids.flatten().tolist():
        label = -100
        if id not in special_ids and torch.rand((), generator=generator, device=device).item() < p:
            label = id
            fate = torch.multinomial(shares, 1, generator=generator).item()
            if fate == 0:
                id = mask_id
            elif fate == 1:
                id = torch.randint(vocab_size, (), generator=generator, device=device).item()
        inputs.append(id)
        labels.append(label)
    return tuple(input_ids.new_tensor(found).reshape(input_ids.shape) for found in (inputs, labels))
