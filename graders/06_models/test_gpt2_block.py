"""A block of GPT-2: norms at the inputs, what is added to what, how queries, keys and values are cut, and which GELU."""

import pytest
import torch

from kata.grading import Case, between, in_float64, load, normal, parameters, weights

# float64 has a test of its own: who computes the softmax in float32, as many models do, loses no more than that.
pytestmark = pytest.mark.exercise(
    points=10, seconds=2, forbids=["attention", "norms"], dtypes=["float32", "float16", "bfloat16"]
)


def work(impl, state, sizes, x):
    return load(impl.GPT2Block(*sizes), state)(x)


def work_on_the_first(impl, state, sizes, x):
    """The first token: it attends to itself alone, with a weight of 1 whatever its score, so that nothing is rounded."""
    return work(impl, state, sizes, x)[:, :1]


def with_large_scores(state):
    """Queries and keys 300 times as large: scores of 10 000 and more, of either sign."""
    factor = torch.ones(len(state["qkv_proj.weight"]), 1, dtype=torch.float64)
    factor[: 2 * len(factor) // 3] = 300.0
    weight = state["qkv_proj.weight"]
    return {**state, "qkv_proj.weight": weight * factor.to(weight)}


def make(impl, d_model, num_heads):
    impl.GPT2Block(d_model, num_heads)


def norms_and_buffers(impl, d_model, num_heads):
    block, names = impl.GPT2Block(d_model, num_heads), ["ln_1.weight", "ln_1.bias", "ln_2.weight", "ln_2.bias"]
    return {
        "norms": torch.stack(parameters(block, names)),
        "buffers": [name for name, _ in block.named_buffers()],
    }


def layers(d_model, heads):
    """The weights of the layers and their sizes."""
    return {"state": weights(lambda impl, *sizes: impl.GPT2Block(*sizes), d_model, heads), "sizes": (d_model, heads)}


B, T, H, W = between(2, 3), between(4, 6), between(2, 4), between(2, 4)
D = H * W

CASES = [
    Case("a batch", **layers(D, H), x=normal(B, T, D), edges=[{T: 1}, {B: 1}]),
    Case("heads of odd width", **layers(H * (2 * W - 1), H), x=normal(B, T, H * (2 * W - 1))),
    Case("one head", **layers(W, 1), x=normal(B, T, W)),
    Case("tokens far from 0", **layers(D, H), x=normal(B, T, D, std=3.0, mean=between(2.0, 4.0))),
    # So small that the number under the root of a norm makes a difference.
    Case("tokens near 0", **layers(D, H), x=normal(B, T, D, std=between(0.002, 0.004))),
    Case("five heads, one sequence", **layers(15, 5), x=normal(1, 7, 15), recall=True),
]


@pytest.mark.points(5.5)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(work, case)


@pytest.mark.points(1)
def test_float64(check):
    for case in in_float64(CASES[:1]):
        check.values(work, case)


@pytest.mark.points(2)
def test_gradients(check):
    check.gradients(work, Case("gradients", **layers(D, H), x=normal(B, T, D)))


@pytest.mark.points(0.5)
def test_large_scores(check):
    sizes = layers(D, H)
    large = {**sizes, "state": sizes["state"].map(with_large_scores)}
    case = Case("the first token, with scores of 10 000 and more", **large, x=normal(B + 7, T, D), dtypes=["float32"])
    check.values(work_on_the_first, case)


@pytest.mark.points(0.5)
def test_norms_at_first_and_no_buffers(check):
    check.values(norms_and_buffers, Case("norms at first", d_model=D, num_heads=H))


@pytest.mark.points(0.5)
def test_uneven_heads_are_refused(check):
    check.raises(
        ValueError, make, Case("a width that the heads do not divide", d_model=between(2, 9) * H + 1, num_heads=H)
    )
