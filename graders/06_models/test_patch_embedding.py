"""Patch embedding: the order of patches and of the numbers in one, single patches and pixels, and what is refused."""

import pytest
from torch import nn

from kata.grading import Case, between, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def embed(impl, state, sizes, images):
    return load(impl.PatchEmbedding(*sizes), state)(images)


def count(impl, sizes):
    """The number of patches, and the names of the buffers."""
    module = impl.PatchEmbedding(*sizes)
    return module.num_patches, [name for name, _ in module.named_buffers()]


def forward(impl, sizes, images):
    return impl.PatchEmbedding(*sizes).to(images)(images)


def make(impl, sizes):
    impl.PatchEmbedding(*sizes)


def module(side, patch, channels, width):
    """The weights of the layer, and the sizes."""
    sizes = (side, patch, channels, width)
    linear = weights(lambda impl, c, p, d: nn.ModuleDict({"proj": nn.Linear(c * p * p, d)}), channels, patch, width)
    return {"state": linear, "sizes": sizes}


B, N, P, C, D = between(2, 3), between(3, 4), between(2, 3), between(4, 5), between(6, 7)
MODULE = module(N * P, P, C, D)

CASES = [
    Case("some patches", **MODULE, images=normal(B, C, N * P, N * P), edges=[{B: 1}, {C: 1}, {D: 1}]),
    Case("as many channels, pixels and patches in a row", **module(N * N, N, N, D), images=normal(N, N, N * N, N * N)),
    Case("more pixels in a patch than patches in a row", **module(2 * N, N, C, D), images=normal(B, C, 2 * N, 2 * N)),
    Case("one patch", **module(P, P, C, D), images=normal(B, C, P, P)),
    Case("patches of one pixel", **module(N, 1, C, D), images=normal(B, C, N, N)),
    Case(
        "channels last in memory",
        **MODULE,
        images=normal(B, N * P, N * P, C).map(lambda x: x.permute(0, 3, 1, 2)),
        dtypes=["float32"],
    ),
    Case("five rows of five patches", **module(10, 2, 3, 8), images=normal(2, 3, 10, 10), recall=True),
]

UNEVEN = [
    Case("a pixel too many", sizes=(N * (P + 1) + 1, P + 1, C, D)),
    Case("an image smaller than a patch", sizes=(N, N + P, C, D)),
]

SIZES = (N * P, P, C, D)
OTHERS = [
    Case("more rows, which can be cut", sizes=SIZES, images=normal(B, C, N * P + P, N * P)),
    Case("fewer columns, which can be cut", sizes=SIZES, images=normal(B, C, N * P, N * P - P)),
    Case("a larger image, which can be cut", sizes=SIZES, images=normal(B, C, N * P + P, N * P + P)),
    Case("a column too many", sizes=SIZES, images=normal(B, C, N * P, N * P + 1)),
    Case(
        "half as many rows and twice as many columns",
        sizes=(2 * N * P, P, C, D),
        images=normal(B, C, N * P, 4 * N * P),
    ),
    Case("another number of channels", sizes=SIZES, images=normal(B, C - 1, N * P, N * P)),
    Case("as many numbers, rows and channels swapped", sizes=SIZES, images=normal(B, N * P, C, N * P)),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(embed, case)


@pytest.mark.points(1)
def test_gradients(check):
    check.gradients(embed, Case("gradients", **MODULE, images=normal(B, C, N * P, N * P)))


@pytest.mark.points(1)
def test_number_of_patches_and_no_buffers(check):
    check.values(count, Case("the number of patches, and the buffers", sizes=(between(5, 9) * P, P, C, D)))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", UNEVEN, ids=str)
def test_uneven_patches_are_refused(check, case):
    check.raises(ValueError, make, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_other_images_are_refused(check, case):
    check.raises(ValueError, forward, case)
