"""Changes to an input that several graders make, for `Recipe.map`."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor


def hide_some(x: Tensor) -> Tensor:
    """Hide the first and the fourth place of each row with -inf."""
    return x.index_fill(-1, torch.tensor([0, 3]), -math.inf)


def hide_a_row(x: Tensor) -> Tensor:
    """Hide all of the second row with -inf."""
    return x.index_fill(0, torch.tensor(1), -math.inf)


def nothing_for_the_second(mask: Tensor) -> Tensor:
    """Leave nothing in the second row of each matrix of a mask."""
    return mask.index_fill(-2, torch.tensor(1), False)


def large_at_the_end(k: Tensor) -> Tensor:
    """Make the keys from the sixth on large."""
    return torch.cat([k[:5], torch.full_like(k[5:], 100.0)])


def huge_and_of_either_sign(x: Tensor) -> Tensor:
    """Make the last two tokens opposites of each other, in the first sequence too large for float16.

    So one of their scores exceeds all others by far, whatever the query and the layers are: in the first sequence by
    more than 10 000, in the others by some hundreds, which tells apart who lowers hidden scores and who hides weights.
    """
    factors = torch.full((len(x), 1, 1), 300.0, dtype=x.dtype)
    factors[:1] = 1e5
    large = factors * x[:, -2:-1]
    return torch.cat([x[:, :-2], large, -large], dim=1)


def starting_with(*values: float) -> Callable[[Tensor], Tensor]:
    """Put these in the first column of a matrix, one for each row, or one for all rows."""

    def change(x: Tensor) -> Tensor:
        first = torch.tensor(values, dtype=torch.float64).expand(len(x)).unsqueeze(1)
        return torch.cat([first, x[:, 1:].double()], dim=1)

    return change


def alternating(value: float) -> Callable[[Tensor], Tensor]:
    """Put this and its negative, in turn, in the first column of a matrix."""
    return lambda x: torch.cat([value * (1.0 - 2.0 * (torch.arange(len(x)) % 2))[:, None], x[:, 1:].double()], dim=1)


def last_two_hidden(tokens: int) -> Tensor:
    """Make a mask that hides the last two tokens from all; they themselves attend to the first alone."""
    mask = torch.ones(tokens, tokens, dtype=torch.bool)
    mask[:, -2:] = False
    mask[-2:, 1:] = False
    return mask


def first_five(keys: int) -> Tensor:
    """Make a mask that hides all keys but the first five from every query."""
    return (torch.arange(keys) < 5).unsqueeze(0)


def those_of_other_sign(queries: int, keys: int) -> Tensor:
    """Make a mask that shows each key to the queries of the other sign, where both are `alternating`."""
    return (torch.arange(queries)[:, None] + torch.arange(keys)) % 2 == 1


def padded_at_the_end(places: Tensor) -> Tensor:
    """Make a mask of answers that end before the row does: each a token longer than the one before, or one long.

    `places` are whole numbers of the mask's shape; the first says how long the first answer is.
    """
    rows, width = places.shape
    lengths = (torch.arange(rows) + places[0, 0]) % max(1, width - 1) + 1
    return torch.arange(width) < lengths[:, None]


def padded_at_the_beginning(places: Tensor) -> Tensor:
    """Make a mask like `padded_at_the_end`, of answers that all end where the row does."""
    return padded_at_the_end(places).flip(1)


def padded_on_both_sides(places: Tensor) -> Tensor:
    """Make a mask like `padded_at_the_end`, after one place more of padding at the beginning."""
    return padded_at_the_end(places).roll(1, dims=1)


def spoiled(x: Tensor, mask: Tensor, first: int = 0) -> Tensor:
    """Put NaN, infinity and minus infinity in turn where the mask is false, beginning with the one that `first` counts.

    Two inputs that begin alike are NaN and infinite together, and their difference is never infinite.
    """
    odd = torch.tensor([math.nan, math.inf, -math.inf], dtype=x.dtype).roll(-first).repeat(x.numel())
    return x.masked_scatter(~mask, odd)
