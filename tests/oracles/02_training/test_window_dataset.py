"""The reference of 02_training/window_dataset against plain Python: every window, looked for one place at a time."""

import pytest
import torch
from torch.utils.data import DataLoader

from kata.judge.reference import load_module
from tests.conftest import ROOT

PATH = ROOT / "solutions" / "02_training" / "window_dataset.py"
WindowDataset = load_module(PATH.read_text(encoding="utf-8"), str(PATH)).WindowDataset


def windows(numbers, size, stride):
    """The pairs whose target ends inside the sequence, and begin at a multiple of the stride."""
    return [
        (numbers[start : start + size], [numbers[place + 1] for place in range(start, start + size)])
        for start in range(len(numbers))
        if start % stride == 0 and start + size < len(numbers)
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("stride", [None, 1, 2, 3, 4, 7])
def test_every_length(size, stride):
    for length in range(size + 1, 24):
        numbers = torch.randperm(length, generator=torch.Generator().manual_seed(length)).tolist()
        dataset = WindowDataset(torch.tensor(numbers), size, stride)
        expected = windows(numbers, size, size if stride is None else stride)
        assert [(x.tolist(), y.tolist()) for x, y in dataset] == expected
        assert len(dataset) == len(expected)
        for index in range(-length - 2, length + 2):
            try:
                wanted = expected[index]
            except IndexError:
                with pytest.raises(IndexError):
                    dataset[index]
            else:
                assert tuple(part.tolist() for part in dataset[index]) == wanted


@pytest.mark.parametrize("length, size, stride", [(0, 1, None), (1, 1, 1), (5, 5, 1), (5, 0, 1), (5, 2, 0), (5, 2, -1)])
def test_what_makes_no_window(length, size, stride):
    with pytest.raises(ValueError):
        WindowDataset(torch.arange(length), size, stride)


def test_a_loader_gives_each_window_once():
    dataset = WindowDataset(torch.arange(50), 4, 3)
    xs, ys = zip(*DataLoader(dataset, batch_size=4, shuffle=True), strict=True)
    assert sorted(torch.cat(xs)[:, 0].tolist()) == list(range(0, 46, 3))
    assert torch.equal(torch.cat(ys), torch.cat(xs) + 1)
