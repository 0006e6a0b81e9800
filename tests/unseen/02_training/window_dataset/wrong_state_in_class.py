"""Keeps the list of beginnings in the class, not in the instance: a new data set replaces those of all others."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    starts: list[int] = []

    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        if stride is None:
            stride = block_size
        if block_size < 1 or stride < 1:
            raise ValueError("block_size and stride have to be 1 or more")
        if len(tokens) <= block_size:
            raise ValueError("tokens too short")
        self.tokens = tokens
        self.block_size = block_size
        self.starts.clear()
        start = 0
        while start + block_size + 1 <= len(tokens):
            self.starts.append(start)
            start += stride

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int):
        start = self.starts[index]
        end = start + self.block_size
        return self.tokens[start:end], self.tokens[start + 1 : end + 1]
