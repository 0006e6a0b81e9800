"""Returns a tensor with `shape`, `dtype` and `numel` of its own, and other numbers below.

Success: the frame's header and its bytes disagree, and the judge reads past them.

ends as: failed, crashed
"""

import torch


class Large(torch.Tensor):
    @property
    def shape(self):
        return torch.Size([1 << 40])

    def numel(self):
        return 1 << 40

    def stride(self, *_):
        return (0,)

    def dim(self):
        return 1

    def detach(self):
        return self

    cpu = resolve_conj = resolve_neg = contiguous = detach


def softmax(x, dim=-1):
    return torch.zeros(3).as_subclass(Large)
