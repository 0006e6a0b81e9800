"""Keeps the gradient of the mean so far, and shrinks it when more samples come: N need not be known beforehand."""


def accumulated_step(model, micro_batches, loss_fn, optimizer) -> float:
    parameters = [p for group in optimizer.param_groups for p in group["params"]]

    def add(x, y, before):
        now = before + x.shape[0]
        for p in parameters:
            if p.grad is not None:
                p.grad.mul_(before / now)
        loss = loss_fn(model(x), y)
        (loss * (x.shape[0] / now)).backward()
        return loss.item(), now

    optimizer.zero_grad(set_to_none=True)
    mean, seen = 0.0, 0
    for x, y in micro_batches:
        loss, now = add(x, y, seen)
        mean += (loss - mean) * (now - seen) / now
        seen = now
    optimizer.step()
    return mean
