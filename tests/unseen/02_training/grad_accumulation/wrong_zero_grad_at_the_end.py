"""Clears the gradients after the step only: what was in them before the call gets into it."""


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    micro_batches = list(micro_batches)
    n_samples = sum(len(x) for x, y in micro_batches)
    result = 0.0
    for x, y in micro_batches:
        weight = len(x) / n_samples
        loss = loss_fn(model(x), y) * weight
        loss.backward()
        result += loss.item()
    optimizer.step()
    optimizer.zero_grad()
    return result
