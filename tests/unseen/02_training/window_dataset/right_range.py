"""The beginnings are a `range`, which counts them and knows what an index means."""

from torch import Tensor
from torch.utils.data import Dataset


class WindowDataset(Dataset):
    def __init__(self, tokens: Tensor, block_size: int, stride: int | None = None):
        step = block_size if stride is None else stride
        if min(block_size, step) < 1:
            raise ValueError(f"block_size {block_size} and stride {step} must be at least 1")
        self.tokens = tokens
        self.size = block_size
        self.starts = range(0, len(tokens) - block_size, step)
        if not self.starts:
            raise ValueError(f"{len(tokens)} tokens are too few for a window of {block_size} and its target")

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        start = self.starts[index]
        return self.tokens.narrow(0, start, self.size), self.tokens.narrow(0, start + 1, self.size)
