"""Inputs described, not made: each is drawn afresh from a seed, for every run, dtype and device."""

from __future__ import annotations

import hashlib
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from typing import Any

import torch
from torch import Generator, Tensor, nn

from kata.errors import JudgeError
from kata.execution.nested import map_leaves, walk
from kata.execution.scenario import Implementation, Scenario
from kata.judge.agreement import Marks

Draw = Callable[["Source"], Any]


class Source:
    """The random source of one run's inputs, and the numbers that it has drawn so far."""

    def __init__(self, seed: int, reference: Implementation, numbers: dict[Number, Any] | None = None):
        """`numbers` are those that are drawn already."""
        self.generator = Generator().manual_seed(seed)
        self.reference = reference
        self._numbers = dict(numbers or {})
        self._sizes: set[Number] = set()
        self._makes_sizes = False

    def __call__(self, tree: Any) -> Any:
        """Replace every recipe in a nested structure by what it draws; a drawn `Number` is kept."""
        return map_leaves(self._one, tree)

    def sizes(self, tree: Any) -> Any:
        """Replace recipes likewise, where drawn numbers become the sizes of something."""
        outer, self._makes_sizes = self._makes_sizes, True
        try:
            return self(tree)
        finally:
            self._makes_sizes = outer

    def again(self, seed: int, changes: dict[Number, Any] | None = None) -> Source:
        """A source of other numbers for inputs of the same sizes, but for these changes."""
        kept = {} if changes else {number: self._numbers[number] for number in self._sizes}
        return Source(seed, self.reference, {**kept, **(changes or {})})

    def _one(self, leaf: Any) -> Any:
        if not isinstance(leaf, Recipe):
            return leaf
        if not isinstance(leaf, Drawn):
            return leaf.draw(self)
        if self._makes_sizes:
            self._sizes.add(leaf)
        if leaf not in self._numbers:
            self._numbers[leaf] = leaf.draw(self)
        return self._numbers[leaf]


class Recipe:
    """A recipe for drawing one input. Floating-point tensors are drawn in float64 and cast to the dtype of the run."""

    def __init__(self, draw: Draw):
        self.draw = draw

    def map(self, change: Callable[..., Any], *more: Any) -> Recipe:
        """Change the input once it is drawn: `normal(5, 3).map(torch.abs)`.

        `more` are further arguments of the change, in which recipes are drawn too: `normal(T, 3).map(shift, T - 1)`.
        """
        return Recipe(lambda source: change(*source.sizes((self, *more))))

    def transposed(self, one: int = -2, other: int = -1) -> Recipe:
        """Swap two axes of the tensor, which makes it non-contiguous."""
        return self.map(lambda x: x.transpose(one, other))


class Number(Recipe):
    """A number to be drawn, the same wherever one case has it: `T = between(3, 9)`, then `T`, `T + 1`, `2 * T`.

    It stands for a size, for another argument of a recipe, or for an argument of the case itself.
    """

    def _with(self, operator: Callable[[Any, Any], Any], other: Number | float, *, turned: bool = False) -> Number:
        pair = (other, self) if turned else (self, other)
        return Number(lambda source: operator(*source(pair)))

    def __add__(self, other: Number | float) -> Number:
        return self._with(operator.add, other)

    def __radd__(self, other: Number | float) -> Number:
        return self._with(operator.add, other, turned=True)

    def __sub__(self, other: Number | float) -> Number:
        return self._with(operator.sub, other)

    def __rsub__(self, other: Number | float) -> Number:
        return self._with(operator.sub, other, turned=True)

    def __mul__(self, other: Number | float) -> Number:
        return self._with(operator.mul, other)

    def __rmul__(self, other: Number | float) -> Number:
        return self._with(operator.mul, other, turned=True)

    def __floordiv__(self, other: Number | float) -> Number:
        return self._with(operator.floordiv, other)

    def __truediv__(self, other: Number | float) -> Number:
        return self._with(operator.truediv, other)

    def __neg__(self) -> Number:
        return 0 - self

    def __bool__(self) -> bool:
        raise TypeError("this number is drawn for each seed anew, so nothing can be made to depend on it beforehand")


class Drawn(Number):
    """A number that is drawn itself, and is no sum or product of others."""


Size = int | Number


def between(low: Number | float, high: Number | float) -> Number:
    """Draw a number afresh for each case and seed: whole, from `low` to `high` inclusive, if both are; else real."""

    def draw(source: Source) -> float:
        least, most = source((low, high))
        if least > most:
            raise JudgeError(f"there is no number between {least} and {most}")
        if isinstance(least, int) and isinstance(most, int):
            return int(torch.randint(least, most + 1, (), generator=source.generator))
        return float(least + (most - least) * torch.rand((), generator=source.generator, dtype=torch.float64).item())

    return Drawn(draw)


def choice(*options: Any) -> Number:
    """Draw one of these options afresh for each case and seed; they may be anything, recipes too."""
    place = between(0, len(options) - 1)
    return Drawn(lambda source: source(options[source(place)]))


def once(recipe: Recipe) -> Drawn:
    """Draw an input once, the same wherever a case has it: a mask, and the input that is to be hidden by it."""
    return Drawn(recipe.draw)


def normal(*shape: Size, std: Number | float = 1.0, mean: Number | float = 0.0) -> Recipe:
    """Draw normally distributed numbers."""

    def draw(source: Source) -> Tensor:
        sizes, (scale, middle) = source.sizes(shape), source((std, mean))
        numbers = torch.randn(sizes, generator=source.generator, dtype=torch.float64)
        return numbers.mul_(scale).add_(middle)

    return Recipe(draw)


def uniform(*shape: Size, low: Number | float = 0.0, high: Number | float = 1.0) -> Recipe:
    """Draw numbers spread evenly between `low` and `high`."""

    def draw(source: Source) -> Tensor:
        sizes, (least, most) = source.sizes(shape), source((low, high))
        numbers = torch.rand(sizes, generator=source.generator, dtype=torch.float64)
        return numbers.mul_(most - least).add_(least)

    return Recipe(draw)


def integers(*shape: Size, low: Size = 0, high: Size) -> Recipe:
    """Draw whole numbers from `low` to `high` - 1, int64."""

    def draw(source: Source) -> Tensor:
        sizes, (least, end) = source.sizes(shape), source((low, high))
        return torch.randint(least, end, sizes, generator=source.generator)

    return Recipe(draw)


def coin(*shape: Size, p: Number | float = 0.5) -> Recipe:
    """Draw a boolean mask, true with probability `p`, with at least one true in each last-axis row."""

    def draw(source: Source) -> Tensor:
        sizes, share = source.sizes(shape), source(p)
        mask: Tensor = torch.rand(sizes, generator=source.generator) < share
        if not mask.numel():
            return mask
        certain = torch.randint(sizes[-1], (*sizes[:-1], 1), generator=source.generator)
        return mask.logical_or(torch.zeros_like(mask).scatter_(-1, certain, True))

    return Recipe(draw)


def lower_triangle(rows: Size, columns: Size | None = None) -> Recipe:
    """Make the causal mask: true where the column is not after the row."""

    def draw(source: Source) -> Tensor:
        return torch.ones(source.sizes((rows, rows if columns is None else columns)), dtype=torch.bool).tril()

    return Recipe(draw)


def exactly(values: Any) -> Recipe:
    """Make these numbers, of which some may be drawn; floating-point ones are cast to the dtype of the run."""

    def draw(source: Source) -> Tensor:
        tensor = torch.tensor(source(values))
        return tensor.double() if tensor.is_floating_point() else tensor

    return Recipe(draw)


def weights(build: Callable[..., nn.Module], *sizes: Any) -> Recipe:
    """A state for `kata.grading.load`: the names and shapes of the reference's module, freshly drawn numbers.

    `build(implementation, *sizes)` makes the module, with the sizes as they were drawn. Matrices keep the scale of what
    they multiply (standard deviation 1/√fan-in), so that depth does not blow it up.
    """

    reference: Any = None
    made: dict[str, dict[str, Tensor]] = {}  # for this reference, by sizes

    def draw(source: Source) -> dict[str, Tensor]:
        nonlocal reference
        if source.reference is not reference:
            reference = source.reference
            made.clear()
        drawn = source.sizes(sizes)
        key = repr(drawn)
        if key not in made:  # a new module draws weights of its own, which takes longer than all else here
            made[key] = build(reference, *drawn).state_dict()
        return {
            name: _fill(tensor, source.generator) if tensor.is_floating_point() else tensor
            for name, tensor in made[key].items()
        }

    return Recipe(draw)


def checkpoint(shapes: Callable[..., dict[str, tuple[int, ...]]], *sizes: Any) -> Recipe:
    """A state dict as another program writes it: `shapes(*sizes)` are the names of its tensors with their shapes."""

    def draw(source: Source) -> dict[str, Tensor]:
        named = shapes(*source.sizes(sizes))
        return {name: _fill(torch.empty(shape), source.generator) for name, shape in named.items()}

    return Recipe(draw)


def _fill(tensor: Tensor, g: Generator) -> Tensor:
    fan_in = tensor[0].numel() if tensor.dim() > 1 else 1
    return torch.randn(tensor.shape, generator=g, dtype=torch.float64) / math.sqrt(fan_in)


class Case:
    """Named arguments for one run of a scenario: recipes are drawn, anything else is passed as it is.

    `scenario` is this case's own, if the cases of a test have several: a test then reads `case.scenario`. `dtypes`
    narrows the run to these, where the numbers of the case mean nothing in others. With `recall`, the case is run in
    drills only; no ordinary case has its shapes. `fixed` says why the inputs are the same at every seed, where they
    cannot change.

    Two marks say what its numbers mean. `zeros=False`: a 0 that is expected here is what is left of two equal numbers,
    where another right formula leaves a last bit; else it is to be exactly 0. `tails=True`: the statement promises each
    number to the accuracy of its dtype, however small it is beside others; else the largest is what they are measured
    by.

    `edges` are changes after which the result is compared once more, in one dtype and right after a call with the
    inputs as they were: another size for a drawn number, another value for an argument. `edges=[{T: 1}, {"mask":
    None}]` asks for a single token, and for what comes without a mask when there was one before. `after` are changes to
    the arguments of one more call before the case itself: `after={"mask": coin(T, T)}` has a mask come first, and then
    none. `alone` has nothing called before: what one call may leave to the next is looked at in other tests.
    """

    def __init__(
        self,
        name: str,
        scenario: Scenario | None = None,
        /,
        *,
        dtypes: Sequence[str] | None = None,
        recall: bool = False,
        zeros: bool = True,
        tails: bool = False,
        fixed: str = "",
        edges: Sequence[dict[Number | str, Any]] = (),
        after: dict[str, Any] | None = None,
        alone: bool = False,
        **arguments: Any,
    ):
        self.name = name
        self._scenario = scenario
        self.dtypes = dtypes
        self.recall = recall
        self.marks = Marks(zeros=zeros, tails=tails)
        self.fixed = fixed
        self.edges = edges
        self.after = after or {}
        self.alone = alone
        self.arguments = arguments

    def __str__(self) -> str:
        return self.name

    @property
    def scenario(self) -> Scenario:
        """The scenario that this case is for."""
        if self._scenario is None:
            raise JudgeError(
                f"the case '{self.name}' has no scenario of its own: `Case(name, scenario, …)` gives it one"
            )
        return self._scenario

    def draw(self, seed: int, reference: Implementation) -> dict[str, Any]:
        """Make the arguments. The same seed gives the same numbers, newly allocated."""
        drawn: dict[str, Any] = draw(self.arguments, seed_of(seed, self.name), reference)
        return drawn

    def draw_earlier(self, seed: int, reference: Implementation) -> list[dict[str, Any]]:
        """Other inputs of the same sizes, as changes to those of `draw`: all of them, then each argument by itself.

        Who keeps an answer for inputs like these, or for some of them, gives it again.
        """
        if self.alone:
            return []
        source = Source(seed_of(seed, self.name), reference)
        inputs = source(self.arguments)
        others = source.again(seed_of(seed, self.name, "earlier"))(self.arguments)
        changed = {name: value for name, value in others.items() if _differ(value, inputs[name])}
        singles = [{name: value} for name, value in changed.items()]
        calls = [changed, *singles] if len(singles) > 1 else singles
        after = source.again(seed_of(seed, self.name, "after"))(self.after)
        return [*calls, after] if after else calls

    def draw_edge(self, number: int, seed: int, reference: Implementation) -> dict[str, Any]:
        """The inputs with the changes of an edge."""
        changes = self.edges[number]
        sizes = {key: value for key, value in changes.items() if isinstance(key, Number)}
        values = {key: value for key, value in changes.items() if isinstance(key, str)}
        source = Source(seed_of(seed, self.name), reference)
        source(self.arguments)
        drawn: dict[str, Any] = source.again(seed_of(seed, self.name, "edge", str(number)), sizes)(
            {**self.arguments, **values}
        )
        return drawn


def in_float64(cases: Iterable[Case]) -> list[Case]:
    """The same cases in float64 alone, for a test of their own: who rounds to float32 on the way loses no more than that."""
    return [_in_float64(case) for case in cases]


def _in_float64(case: Case) -> Case:
    other = copy(case)
    other.dtypes, other.alone, other.edges = ("float64",), True, ()
    return other


def _differ(one: Any, other: Any) -> bool:
    leaves = [leaf for _, leaf in walk(one)], [leaf for _, leaf in walk(other)]
    return len(leaves[0]) != len(leaves[1]) or not all(map(_same, *leaves))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, Tensor) and isinstance(other, Tensor):
        return one.shape == other.shape and torch.equal(one.nan_to_num(), other.nan_to_num())
    return one is other or bool(one == other)


def draw(tree: Any, seed: int, reference: Any) -> Any:
    """Replace every recipe in a nested structure by what it draws."""
    return Source(seed, reference)(tree)


def cast(tree: Any, dtype: torch.dtype, device: torch.device) -> Any:
    """Move every tensor to the device, and the floating-point ones to the dtype."""

    def change(leaf: Any) -> Any:
        if not isinstance(leaf, Tensor):
            return leaf
        return leaf.to(device, dtype) if leaf.is_floating_point() else leaf.to(device)

    return map_leaves(change, tree)


def seed_of(seed: int, *names: str) -> int:
    """A seed for this purpose, out of the run's, which it does not give away."""
    return int.from_bytes(hashlib.blake2b("/".join([str(seed), *names]).encode(), digest_size=7).digest(), "big")
