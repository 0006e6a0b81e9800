"""Adds the length to a negative index and checks the upper end only: before the first window, slices go wrong silently."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        if stride is None:
            stride = block_size
        if block_size < 1:
            raise ValueError("block_size < 1")
        if stride < 1:
            raise ValueError("stride < 1")
        if len(tokens) < block_size + 1:
            raise ValueError("not enough tokens for one window")
        self.tokens, self.T, self.S = tokens, block_size, stride

    def __len__(self) -> int:
        return (len(self.tokens) - self.T - 1) // self.S + 1

    def __getitem__(self, index: int):
        if index < 0:
            index = len(self) + index
        if index >= len(self):
            raise IndexError("window index out of range")
        begin = index * self.S
        return self.tokens[begin : begin + self.T], self.tokens[begin + 1 : begin + 1 + self.T]
