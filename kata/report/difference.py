"""Drawings of a difference: numbers side by side where they are few, a heat map of how far off each is where many."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import torch
from rich.console import Console
from rich.text import Text
from torch import Tensor

from kata.errors import UsageError
from kata.language import tr
from kata.report.parts import clean
from kata.report.words import Words
from kata.verdict import Difference, ExerciseVerdict, TestVerdict, smallest_first

ROWS, COLUMNS = 8, 8  # of numbers side by side
SHADES = ".:-=+*#@"  # without colour: the further off, the darker
RIGHT_SHADE = " "
MAPS = 4  # slices of a tensor of more than two axes that are drawn


def worst(exercise: ExerciseVerdict) -> TestVerdict | None:
    """The failed test to look at: the smallest that has numbers to show, or the smallest of all."""
    failed = smallest_first(test for test in exercise.tests if not test.passed)
    return next((test for test in failed if test.difference), failed[0] if failed else None)


def show(console: Console, exercise: ExerciseVerdict, words: Words) -> None:
    """Print the difference of one test: what it says, the numbers, the map."""
    test = worst(exercise)
    if test is None:
        console.print(tr("No difference: every test passed."))
        return
    console.print(Text(clean(words.test(test.name)), "bold"))
    console.print(Text(words.message(clean(test.message))), soft_wrap=not console.is_terminal)
    if test.difference is None:
        console.print(tr("There are no numbers to compare here."))
        return
    console.print()
    for line in side_by_side(test.difference, console.width):
        console.print(line, no_wrap=True, overflow="crop")
    if test.difference.got.dim() > 0:
        for line in heat_map(test.difference, console.width, colour=_has_colour(console)):
            console.print(line, no_wrap=True, overflow="crop")


def side_by_side(difference: Difference, width: int) -> list[Text]:
    """Got and expected around the first wrong number, one below the other where narrow.

    `!` is before each wrong one, unless all are.
    """
    got, expected, wrong, place = _window(difference)
    blocks = [_block(tr("got"), got, wrong), _block(tr("expected"), expected, wrong)]
    title = [Text(tr("at {place}", place=place), "dim")] if place else []
    if blocks[0][0].cell_len + blocks[1][0].cell_len + 3 > width:
        return [*title, *blocks[0], *blocks[1]]
    return [*title, *(Text.assemble(a, "   ", b) for a, b in zip(*blocks, strict=True))]


def heat_map(difference: Difference, width: int, *, colour: bool) -> list[Text]:
    """Draw how far off each number is, from nothing to the most; one cell a number, or the worst of several."""
    off = distances(difference)
    most = off.max().item()
    lines = [Text(tr("how far off, up to {most}", most=f"{most:.3g}"), "dim")]
    off = off.reshape(-1, *off.shape[-2:]) if off.dim() > 1 else off.reshape(1, 1, -1)
    for number, slice_ in enumerate(off[:MAPS]):
        if len(off) > 1:
            lines.append(Text(f"[{number}]", "dim"))
        cells = _pooled(slice_, max(1, (width - 2) // 2))
        lines += [Text.assemble(*(_cell(value, most, colour) for value in row)) for row in cells.tolist()]
    if len(off) > MAPS:
        lines.append(Text(tr("and {count} more slices", count=len(off) - MAPS), "dim"))
    return lines


def distances(difference: Difference) -> Tensor:
    """|got - expected| where it counts as wrong, the most where it is no number, and 0 where all is well."""
    off = (difference.got.double() - difference.expected.double()).abs()
    off = torch.where(difference.wrong, off, 0.0)
    finite = off[off.isfinite()]
    most = finite.max().item() if finite.numel() and finite.max() > 0 else 1.0
    return off.nan_to_num(most, most, most)


def png(difference: Difference, file: Path, title: str) -> None:
    """Draw got, expected and how far off into a picture.

    Raises:
        UsageError: matplotlib is not there, or the file cannot be written.
    """
    try:
        figure = _figure(difference)
    except ImportError:
        raise UsageError("A picture needs matplotlib: pip install matplotlib. Without --png there is none.") from None
    figure.suptitle(title.encode("ascii", "replace").decode())
    try:
        figure.savefig(file, format="png", dpi=120)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror or error}.") from None


def picture(difference: Difference) -> bytes:
    """Draw the same as a small PNG for a page; empty for a single number, and without matplotlib."""
    if difference.got.numel() < 2:
        return b""
    try:
        figure = _figure(difference)
    except ImportError:
        return b""
    data = io.BytesIO()
    figure.savefig(data, format="png", dpi=60)
    return data.getvalue()


def _figure(difference: Difference) -> Any:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(12, 4), layout="constrained")
    panels = ((tr("got"), difference.got), (tr("expected"), difference.expected), (tr("off"), distances(difference)))
    finite = difference.expected.double()
    finite = finite[finite.isfinite()]
    low, high = (finite.min().item(), finite.max().item()) if finite.numel() else (0.0, 1.0)
    for number, (name, tensor) in enumerate(panels):
        axes = figure.add_subplot(1, 3, number + 1)
        flat = tensor.double().reshape(-1, tensor.shape[-1] if tensor.dim() > 1 else max(1, tensor.numel())).numpy()
        limits: dict[str, Any] = {"vmin": low, "vmax": high} if number < 2 else {"vmin": 0, "cmap": "magma"}
        figure.colorbar(axes.imshow(flat, aspect="auto", interpolation="nearest", **limits), ax=axes)
        axes.locator_params(integer=True)
        axes.set_title(name if name.isascii() else ("got", "expected", "off")[number])  # its font has no Chinese
    return figure


def _window(difference: Difference) -> tuple[Tensor, Tensor, Tensor, str]:
    """A piece of at most two axes around the first wrong number, and where in the whole it is."""
    parts = [torch.as_tensor(part) for part in (difference.got, difference.expected, difference.wrong)]
    first = parts[2].nonzero()[0].tolist() if parts[2].dim() else []
    place = ""
    if parts[2].dim() > 2:
        place = f"[{', '.join(map(str, first[:-2]))}, :, :]"
        parts = [part[tuple(first[:-2])] for part in parts]
    parts = [part.reshape(-1, part.shape[-1]) if part.dim() > 1 else part.reshape(1, -1) for part in parts]
    row, column = (first[-2] if len(first) > 1 else 0), (first[-1] if first else 0)
    top = max(0, min(row - 1, parts[0].shape[0] - ROWS))
    left = max(0, min(column - 1, parts[0].shape[1] - COLUMNS))
    if (top or left or parts[0].shape[0] > ROWS or parts[0].shape[1] > COLUMNS) and not place:
        place = f"[{top}:{top + ROWS}, {left}:{left + COLUMNS}]"
    got, expected, wrong = (part[top : top + ROWS, left : left + COLUMNS] for part in parts)
    return got, expected, wrong, place


def _block(name: str, numbers: Tensor, wrong: Tensor) -> list[Text]:
    cells = [[_number(value) for value in row] for row in numbers.tolist()]
    width = max((len(cell) for row in cells for cell in row), default=0) + 2
    head = Text(name, "bold")
    head.pad_right(max(0, width * (len(cells[0]) if cells else 0) - head.cell_len))
    lines, all_wrong = [head], bool(wrong.all())
    for row, marks in zip(cells, wrong.tolist(), strict=True):
        parts = [
            (f"{'!' + cell if bad and not all_wrong else cell:>{width}}", "bold red" if bad else "")
            for cell, bad in zip(row, marks, strict=True)
        ]
        line = Text.assemble(*parts)
        line.pad_right(max(0, head.cell_len - line.cell_len))
        lines.append(line)
    return lines


def _number(value: float) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _pooled(off: Tensor, columns: int, rows: int = 32) -> Tensor:
    """The worst of each patch, so that the map has at most so many cells."""
    high, wide = math.ceil(off.shape[0] / rows), math.ceil(off.shape[1] / columns)
    if not off.numel() or high == wide == 1:
        return off
    pooled = torch.nn.functional.max_pool2d(off[None, None], (high, wide), ceil_mode=True)
    return pooled[0, 0]


def _cell(value: float, most: float, colour: bool) -> tuple[str, str]:
    if value == 0 or most == 0:
        return ("· " if colour else RIGHT_SHADE * 2, "green" if colour else "")
    level = min(len(SHADES) - 1, int(value / most * (len(SHADES) - 1) + 0.5))
    red = 70 + 185 * level // (len(SHADES) - 1)
    return ("  ", f"on rgb({red},{level * 12},0)") if colour else (SHADES[level] * 2, "")


def _has_colour(console: Console) -> bool:
    return console.color_system is not None and not console.no_color
