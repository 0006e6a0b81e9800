"""Multiplies by the softmax's whole matrix of derivatives; the layer is written with `einsum`."""

import torch


class SoftmaxFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, dim):
        ctx.dim = dim
        if x.numel():
            e = (x - torch.amax(x, dim, keepdim=True)).exp()
            y = e / e.sum(dim, keepdim=True)
        else:
            y = x.clone()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, grad_out):
        y = ctx.saved_tensors[0].movedim(ctx.dim, -1)
        jacobian = torch.diag_embed(y) - y.unsqueeze(-1) * y.unsqueeze(-2)
        g = grad_out.movedim(ctx.dim, -1).unsqueeze(-1)
        return (jacobian @ g).squeeze(-1).movedim(-1, ctx.dim), None


class LinearFunction(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        ctx.save_for_backward(x, weight)
        y = torch.einsum("...i,oi->...o", x, weight)
        return y if bias is None else y + bias

    @staticmethod
    def backward(ctx, grad_out):
        x, weight = ctx.saved_tensors
        need_x, need_weight, need_bias = ctx.needs_input_grad
        letters = "abcdefgh"[: grad_out.dim() - 1]
        return (
            torch.einsum("...o,oi->...i", grad_out, weight) if need_x else None,
            torch.einsum(f"{letters}o,{letters}i->oi", grad_out, x) if need_weight else None,
            torch.einsum(f"{letters}o->o", grad_out) if need_bias else None,
        )
