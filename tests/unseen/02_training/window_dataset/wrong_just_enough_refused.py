"""Refuses T + 1 tokens, which are just enough for one window."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        if block_size <= 0:
            raise ValueError("block_size must be at least 1")
        if stride is not None and stride <= 0:
            raise ValueError("stride must be at least 1")
        if len(tokens) - block_size - 1 <= 0:
            raise ValueError("the sequence is too short")
        self.tokens = tokens
        self.block_size = block_size
        self.stride = block_size if stride is None else stride
        self.count = (len(tokens) - block_size - 1) // self.stride + 1

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int):
        if index < 0:
            index += self.count
        if index < 0 or index >= self.count:
            raise IndexError(index)
        i = index * self.stride
        return self.tokens[i : i + self.block_size], self.tokens[i + 1 : i + 1 + self.block_size]
