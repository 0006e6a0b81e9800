"""Right: both losses are autograd functions of their own, which compute in float64 and write the gradient down by hand."""

import torch


class Policy(torch.autograd.Function):
    @staticmethod
    def forward(ctx, logp, old_logp, advantages, mask, clip):
        a = advantages[mask].double()
        ratio = (logp[mask].double() - old_logp[mask].double()).exp()
        clipped = torch.where(a > 0, ratio > 1 + clip, (a < 0) & (ratio < 1 - clip))
        terms = torch.where(clipped, ratio.clamp(1 - clip, 1 + clip), ratio) * a
        n = max(mask.sum().item(), 1)
        slope = torch.zeros(mask.shape, dtype=torch.float64, device=logp.device)
        slope[mask] = torch.where(clipped, 0.0, -ratio * a / n)
        ctx.save_for_backward(slope.to(logp.dtype))
        ctx.mark_non_differentiable(clipped)
        return (-terms.sum() / n).to(logp.dtype), clipped

    @staticmethod
    def backward(ctx, upstream, _):
        (slope,) = ctx.saved_tensors
        return upstream * slope, None, None, None, None


class Value(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values, old_values, returns, mask, clip):
        v, old, r = (x[mask].double() for x in (values, old_values, returns))
        step = (v - old).clamp(-clip, clip)
        error, near = v - r, old + step - r
        outside = (v - old).abs() > clip
        worse_near = outside & (near.abs() > error.abs())
        n = max(mask.sum().item(), 1)
        slope = torch.zeros(mask.shape, dtype=torch.float64, device=values.device)
        slope[mask] = torch.where(worse_near, 0.0, error / n)
        ctx.save_for_backward(slope.to(values.dtype))
        return (torch.where(worse_near, near, error).square().sum() / (2 * n)).to(values.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (slope,) = ctx.saved_tensors
        return upstream * slope, None, None, None, None


def ppo_loss(logp, old_logp, advantages, mask, clip=0.2):
    loss, clipped = Policy.apply(logp, old_logp, advantages, mask, clip)
    n = max(mask.sum().item(), 1)
    moved = (logp - old_logp).detach()[mask].double()
    return loss, {
        "clip_fraction": clipped.sum().item() / n,
        "approx_kl": moved.square().sum().item() / (2 * n),
    }


def value_loss(values, old_values, returns, mask, clip=0.2):
    return Value.apply(values, old_values, returns, mask, clip)
