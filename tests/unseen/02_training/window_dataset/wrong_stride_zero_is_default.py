"""`stride or block_size` takes a stride of 0 for none given, where it should be refused."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        self.tokens = tokens
        self.block_size = block_size
        self.stride = stride or block_size
        if self.block_size < 1:
            raise ValueError("block_size must be positive")
        if self.stride < 1:
            raise ValueError("stride must be positive")
        if tokens.numel() <= block_size:
            raise ValueError(f"need {block_size + 1} tokens, got {tokens.numel()}")

    def __len__(self) -> int:
        return (self.tokens.numel() - self.block_size - 1) // self.stride + 1

    def __getitem__(self, index: int):
        n = len(self)
        if index < -n or index >= n:
            raise IndexError(f"index {index} is out of range")
        start = (index % n) * self.stride
        chunk = self.tokens[start : start + self.block_size + 1]
        return chunk[:-1], chunk[1:]
