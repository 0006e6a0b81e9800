"""`Tensor.unfold` cuts all windows of T + 1 tokens at once, without a copy; indexing it is like indexing a list."""

import operator

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        if stride is None:
            stride = block_size
        if block_size < 1 or stride < 1 or tokens.shape[0] <= block_size:
            raise ValueError("no window fits")
        self.windows = tokens.unfold(0, block_size + 1, stride)

    def __len__(self) -> int:
        return self.windows.shape[0]

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        window = self.windows[int(operator.index(index))].clone()
        return window[:-1].clone(), window[1:]
