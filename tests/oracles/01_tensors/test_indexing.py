"""The references of 01_tensors/indexing against torch's own one_hot, and against lists."""

import pytest
import torch
import torch.nn.functional as F

from tests.conftest import reference

indexing = reference(__file__)
INTEGERS = [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("shape", [(), (0,), (1,), (5,), (2, 3), (2, 0, 3), (2, 1, 3)])
def test_one_hot(dtype, shape):
    labels = torch.randint(7, shape, generator=torch.Generator().manual_seed(0))
    found = indexing.one_hot(labels.to(dtype), 7)
    assert found.dtype == dtype
    assert torch.equal(found, F.one_hot(labels, 7).to(dtype))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_more_classes_than_the_dtype_counts(dtype):
    for classes in (200, 300, 1000, 70000):
        found = indexing.one_hot(torch.tensor([5, 0, 100], dtype=dtype), classes)
        assert found.nonzero().tolist() == [[0, 5], [1, 0], [2, 100]]
        x = torch.arange(3 * classes).reshape(3, classes)
        assert indexing.pick(x, torch.tensor([5, 0, 100], dtype=dtype)).tolist() == [5, classes, 2 * classes + 100]


@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("kind", [torch.float64, torch.bfloat16, torch.int32, torch.bool])
def test_pick(dtype, kind):
    generator = torch.Generator().manual_seed(1)
    x = torch.randint(-3, 4, (6, 4), generator=generator).to(kind)
    index = torch.randint(4, (6,), generator=generator).to(dtype)
    found = indexing.pick(x, index)
    assert found.dtype == kind
    assert found.tolist() == [row[column] for row, column in zip(x.tolist(), index.tolist(), strict=True)]


def test_pick_from_no_rows():
    assert indexing.pick(torch.zeros(0, 3), torch.zeros(0, dtype=torch.long)).shape == (0,)


def test_pick_takes_no_notice_of_the_rest_and_passes_its_gradient():
    x = torch.full((2, 3), float("nan"), dtype=torch.float64)
    x[0, 1], x[1, 2] = 4.0, -5.0
    x.requires_grad_()
    found = indexing.pick(x, torch.tensor([1, 2]))
    assert found.tolist() == [4.0, -5.0]
    (found * torch.tensor([10.0, 20.0])).sum().backward()
    assert x.grad.tolist() == [[0, 10, 0], [0, 0, 20]]


@pytest.mark.parametrize("bad", [-1, -4, 4, 5, 100])
def test_what_is_outside_is_refused(bad):
    labels = torch.tensor([0, bad, 3])
    with pytest.raises(ValueError, match=str(bad)):
        indexing.one_hot(labels, 4)
    with pytest.raises(ValueError, match=str(bad)):
        indexing.pick(torch.zeros(3, 4), labels)
