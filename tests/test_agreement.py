"""The rule of agreement: rounding passes, at every dtype and size of number; anything else is told exactly."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kata.agreement import FLOOR, allowance, check_agreement, same
from kata.protocol import Opaque
from kata.verdict import Wrong

F32 = torch.float32


def wrong(actual, truth, reference=None, dtype=F32):
    with pytest.raises(Wrong) as error:
        check_agreement(actual, truth, truth if reference is None else reference, dtype)
    return str(error.value)


@pytest.mark.parametrize("dtype", FLOOR, ids=str)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_another_order_of_summation_agrees(dtype, scale):
    generator = torch.Generator().manual_seed(0)
    for _ in range(50):
        a = torch.randn(4, 64, generator=generator, dtype=torch.float64).mul(scale).to(dtype)
        b = torch.randn(64, 5, generator=generator, dtype=torch.float64).to(dtype)
        truth, ours = a.double() @ b.double(), a @ b
        other = (a.flip(1)[..., None] * b.flip(0)).cumsum(1)[:, -1]
        check_agreement(other, truth, ours, dtype)


@pytest.mark.parametrize("dtype", FLOOR, ids=str)
@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_a_tenth_off_does_not_agree(dtype, scale):
    truth = torch.linspace(-1, 1, 9, dtype=torch.float64) * scale
    message = wrong(truth.mul(1.1).to(dtype), truth, truth.to(dtype), dtype)
    assert "first at [0]" in message


@given(st.floats(1e-6, 1e6), st.floats(-10, 10))
def test_the_allowance_grows_with_what_rounding_does(size, exponent):
    truth = torch.tensor([size], dtype=torch.float64)
    assert allowance(truth, truth.float(), F32) >= FLOOR[F32] * size
    assert allowance(truth, truth.float() * (1 + 1e-3), F32) >= 7e-3 * size


def test_nan_and_inf_have_their_places():
    truth = torch.tensor([1.0, math.inf, math.nan])
    check_agreement(truth.clone(), truth, truth, F32)
    assert "got nan" in wrong(torch.tensor([math.nan, math.inf, math.nan]), truth)
    assert "got -inf, expected inf" in wrong(torch.tensor([1.0, -math.inf, math.nan]), truth)
    assert "expected nan" in wrong(torch.tensor([1.0, math.inf, 0.0]), truth)
    assert "holds NaN (1 of 2)" in wrong(torch.tensor([1.0, math.nan]), torch.tensor([1.0, 2.0]))


def test_where_rounding_overflows_the_reference_both_are_right():
    truth, ours = torch.tensor([1e6], dtype=torch.float64), torch.tensor([math.inf], dtype=torch.float16)
    check_agreement(ours.clone(), truth, ours, torch.float16)


def test_kinds_are_told():
    tensor = torch.ones(2)
    assert wrong(None, tensor) == "the result is None, expected a tensor, perhaps for want of a `return`"
    assert wrong(1.0, tensor) == "the result is a float, expected a tensor"
    assert wrong([1.0], tensor) == "the result is a list of 1, expected a tensor"
    assert wrong(Opaque("numpy.ndarray", ""), tensor) == "the result is a numpy.ndarray, expected a tensor"
    assert wrong(tensor, [1.0]) == "the result is a tensor, expected a list of 1"
    assert wrong([1.0, 2.0], [1.0]) == "the result has 2 parts, expected 1"
    assert wrong([tensor], [1.0]) == "the result[0] is a tensor, expected a float"
    assert wrong({"a": 1.0}, {"b": 1.0}) == "the result has the keys 'a', expected 'b'"
    assert wrong(True, 1.0) == "the result is a bool, expected a float"
    assert wrong(2, 3) == "the result is 2, expected 3"
    assert wrong("x", None) == "the result is a str, expected None"


def test_shape_and_dtype_are_told():
    assert wrong(torch.ones(3, 1), torch.ones(3)) == "the result has shape (3, 1), expected (3,)"
    assert wrong(torch.ones(3).double(), torch.ones(3)) == "the result is float64, expected float32"
    assert wrong(torch.ones(3).int(), torch.ones(3).long()) == "the result is int32, expected int64"
    assert "in 1 of 3 places, first at [1]: 5, expected 1" in wrong(torch.tensor([1, 5, 1]), torch.tensor([1, 1, 1]))


def test_tuples_and_lists_are_one():
    check_agreement([1.0, torch.ones(1)], (1.0, torch.ones(1)), (1.0, torch.ones(1)), F32)


def test_floats_are_held_to_the_dtype_of_the_run():
    check_agreement(0.1 + 1e-8, 0.1, 0.1, F32)
    assert not same(0.1 + 1e-8, 0.1, torch.float64)
    check_agreement(1, 1.0, 1.0, F32)


def test_empty_tensors_agree():
    check_agreement(torch.ones(0), torch.ones(0), torch.ones(0), F32)


def test_two_numbers_that_six_digits_do_not_tell_apart_are_shown_in_all():
    message = wrong(
        torch.tensor([0.5 + 2e-12], dtype=torch.float64), torch.tensor([0.5], dtype=torch.float64), dtype=torch.float64
    )
    assert "got 0.500000000002" in message and "expected 0.5" in message
