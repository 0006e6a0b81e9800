"""Puts the model into training mode, which is for the caller to say."""


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    model.train()
    optimizer.zero_grad()
    batches = list(micro_batches)
    N = sum(x.size(0) for x, _ in batches)
    L = 0.0
    for x, y in batches:
        loss = loss_fn(model(x), y)
        (loss * (x.size(0) / N)).backward()
        L += loss.item() * x.size(0) / N
    optimizer.step()
    return L
