"""A stand-in for a second device, where a machine has but one: what is on it has to be moved."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map_only

PICK = (torch.ops.aten.index.Tensor, torch.ops.aten.index_select.default)


class Elsewhere(Tensor):
    """A tensor on a device where no model is: torch refuses to use it together with others until it is moved.

    `name` is what the error calls it: `Elsewhere(x, "x")` is "the batch's x". `to` with any device moves it there.
    Samples may be picked out of it by numbers on the CPU, where in truth it may be, too.
    """

    tensor: Tensor
    label: str

    __torch_function__ = torch._C._disabled_torch_function_impl  # type: ignore[assignment]

    @staticmethod
    def __new__(cls, tensor: Tensor, name: str) -> Elsewhere:
        with torch.inference_mode(False):  # in it, torch takes no view of a tensor from without that was made within
            self: Elsewhere = Tensor._make_wrapper_subclass(
                cls, tensor.shape, dtype=tensor.dtype, device=torch.device("meta")
            )
        self.tensor, self.label = tensor, name
        return self

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # type: ignore[override]
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
        label = next(tensor.label for tensor in tensors if isinstance(tensor, cls))
        picked = func in PICK and isinstance(args[0], cls)
        if not picked and not all(isinstance(tensor, cls) for tensor in tensors):
            raise RuntimeError(f"Expected all tensors to be on the same device, but the batch's {label} is elsewhere")
        args, kwargs = tree_map_only(cls, lambda tensor: tensor.tensor, (args, kwargs or {}))
        result = func(*args, **kwargs)
        # In inference mode `to` comes here as it was called, with a device that is no keyword.
        moved = "device" in kwargs or any(isinstance(value, torch.device) for value in args)
        return result if moved else tree_map_only(Tensor, lambda tensor: cls(tensor, label), result)
