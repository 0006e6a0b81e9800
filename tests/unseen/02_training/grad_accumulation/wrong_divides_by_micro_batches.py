"""Divides each loss by the number of micro-batches: right only if all of them are of one size."""


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    micro_batches = list(micro_batches)
    optimizer.zero_grad()
    total = 0.0
    for x, y in micro_batches:
        loss = loss_fn(model(x), y) / len(micro_batches)
        loss.backward()
        total += loss.item()
    optimizer.step()
    return total
