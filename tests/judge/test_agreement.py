"""The rule of agreement: rounding passes, at every dtype and size of number; anything else is told exactly."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from kata.execution.protocol import Opaque
from kata.judge.agreement import FLOOR, Marks, allowance, check_agreement, same
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
    assert allowance(truth, truth.float(), F32).each >= FLOOR[F32] * size
    assert allowance(truth, truth.float() * (1 + 1e-3), F32).each >= 7e-3 * size


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
    truth = torch.tensor([12500.0, 2.0], dtype=torch.float64)
    ours = torch.tensor([math.inf, 2.0], dtype=torch.float16)
    check_agreement(truth.half(), truth, ours, torch.float16)
    for other in ([12000.0, 2.0], [-math.inf, 2.0], [math.nan, 2.0], [12500.0, 2.1]):
        with pytest.raises(Wrong):
            check_agreement(torch.tensor(other).half(), truth, ours, torch.float16)


def test_kinds_are_told():
    tensor = torch.ones(2)
    assert wrong(None, tensor) == "the result is None, expected a tensor, perhaps for want of a `return`"
    assert wrong(1.0, tensor) == "the result is a float, expected a tensor"
    assert wrong([1.0], tensor) == "the result is a list of 1, expected a tensor"
    assert wrong(Opaque("numpy.ndarray", ""), tensor) == "the result is a numpy.ndarray, expected a tensor"
    assert wrong(tensor, [1.0]) == "the result is a tensor, expected a list of 1"
    assert wrong([1.0, 2.0], [1.0]) == "the result has 2 parts, expected 1"
    assert wrong([torch.ones(2)], [torch.zeros(2), 1]) == "the result has 1 parts, expected 2"
    assert wrong([3, b"a", 5], [3, b"b"]).endswith(
        "has 3 parts, expected 2; the first that differs, [1], is b'a', expected b'b'"
    )
    assert wrong([3, 4], [3]) == "the result has 2 parts, expected 1"
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


@pytest.mark.parametrize("dtype", FLOOR, ids=str)
def test_what_is_off_everywhere_is_told_where_no_number_is_far_off(dtype):
    truth = torch.linspace(-1, 1, 8, dtype=torch.float64)
    by_a_constant = (truth + 0.7 * FLOOR[dtype]).to(dtype)
    assert "as a whole: all numbers together are" in wrong(by_a_constant, truth, truth.to(dtype), dtype)
    one_number = truth.clone()
    one_number[4] += 0.7 * FLOOR[dtype]
    check_agreement(one_number.to(dtype), truth, truth.to(dtype), dtype)


def test_a_zero_is_exact_unless_it_is_one_by_rounding():
    truth = torch.tensor([1.0, 0.0])
    leaking = torch.tensor([1.0, 7e-13])
    assert "1 of 2 numbers not exactly 0, first at [1]: got 7e-13, expected 0" in wrong(leaking, truth)
    check_agreement(leaking, truth, truth, F32, marks=Marks(zeros=False))
    check_agreement(leaking, truth, torch.tensor([1.0, 1e-9]), F32)  # the reference is not exact there itself


def test_tails_are_held_to_their_own_size_where_that_is_promised():
    truth = torch.tensor([1.0, 2e-9, 1e-44], dtype=torch.float64)
    lost, kept = torch.tensor([1.0, 0.0, 0.0]), torch.tensor([1.0, 2.000001e-9, 0.0])
    check_agreement(lost, truth, truth.float(), F32)
    check_agreement(kept, truth, truth.float(), F32, marks=Marks(tails=True))
    with pytest.raises(
        Wrong, match=r"1 of 3 numbers off, by up to 100 % of itself, first at \[1\]: got 0, expected 2e-09"
    ):
        check_agreement(lost, truth, truth.float(), F32, marks=Marks(tails=True))


def test_in_half_precision_gradients_are_held_to_their_norm():
    truth = torch.ones(100, dtype=torch.float64)
    one_off = truth.clone()
    one_off[3] = 1.2
    marks = Marks(zeros=False, each=False)
    half = torch.bfloat16
    check_agreement(one_off.to(half), truth, truth.to(half), half, marks=marks)
    for other in (torch.zeros(100), torch.full((100,), 1.05), one_off / 0):
        with pytest.raises(Wrong):
            check_agreement(other.to(half), truth, truth.to(half), half, marks=marks)


def test_an_allowance_says_its_numbers_and_why():
    truth = torch.tensor([1.0, 2.0], dtype=torch.float64)
    assert allowance(truth, truth + 1e-3, F32).why() == (
        "a number may stray 0.008: the larger of 8 times 0.001, which the reference strays in float32, and 4e-06 times "
        "2, the largest number; all together 0.008 in norm: 0.71 times the larger of 8 times 0.0014 and 4e-06 times 2.24"
    )


def test_a_single_number_is_held_to_one_bound():
    truth = torch.tensor([3.0], dtype=torch.float64)
    check_agreement((truth * (1 + 0.9 * FLOOR[F32])).float(), truth, truth.float(), F32)


def test_long_texts_are_shown_where_they_differ():
    long = "0123456789" * 20
    assert wrong("short", "other") == "the result is 'short', expected 'other'"
    said = wrong(long, long[:100] + "x" + long[101:])
    assert said == (f"the result is …{long[70:130]!r}…, expected …{long[70:100] + 'x' + long[101:130]!r}…")
    assert wrong(long.encode(), long[:-1].encode()).endswith(
        f"…{long[169:].encode()!r}, expected …{long[169:-1].encode()!r}"
    )
    assert wrong(long, "012") == f"the result is {long[:60]!r}…, expected '012'"
