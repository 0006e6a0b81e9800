"""Adds up the losses and goes backward once at the end: the graphs of all micro-batches are in memory together."""


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    optimizer.zero_grad()
    total_loss = 0
    n_samples = 0
    for x, y in micro_batches:
        total_loss = total_loss + x.shape[0] * loss_fn(model(x), y)
        n_samples += x.shape[0]
    loss = total_loss / n_samples
    loss.backward()
    optimizer.step()
    return loss.item()
