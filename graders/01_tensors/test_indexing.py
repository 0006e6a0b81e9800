"""One-hot vectors, and picking one entry of each row."""

import math

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["one_hot"])


def encode(impl, labels, num_classes):
    return impl.one_hot(labels, num_classes)


def choose(impl, x, index):
    return impl.pick(x, index)


def with_nan_and_inf(x):
    # In the row 0 beside column 2, in row 1 beside column 0.
    x[0, :2], x[1, 1:] = math.nan, torch.tensor([math.inf, -math.inf])
    return x


# No floating-point numbers are in a case of labels, so one run is all of them.
ONE_HOT = [
    Case("two axes, int32", dtypes=["float32"], labels=integers(2, 3, high=4).map(torch.Tensor.int), num_classes=6),
    Case("a label without axes", dtypes=["float32"], labels=exactly(2), num_classes=3),
    Case("no labels, but two rows of them", dtypes=["float32"], labels=integers(2, 0, high=3), num_classes=3),
    Case(
        "300 classes, uint8", dtypes=["float32"], labels=exactly([7, 200, 90]).map(torch.Tensor.byte), num_classes=300
    ),
    Case("labels on four axes", dtypes=["float32"], labels=integers(2, 1, 3, 2, high=5), num_classes=5, recall=True),
]

# There are at least as many rows as columns: what takes an index for that of a row goes wrong, but stays inside.
PICK = [
    Case("four rows", x=normal(4, 3), index=integers(4, high=3)),
    Case("beside NaN and infinity", x=normal(3, 3).map(with_nan_and_inf), index=exactly([2, 0, 1])),
    Case(
        "whole numbers, by uint8",
        x=integers(4, 3, high=99).map(torch.Tensor.int),
        index=exactly([0, 2, 1, 2]).map(torch.Tensor.byte),
    ),
    Case(
        "300 columns, by uint8",
        x=normal(3, 300),
        index=exactly([50, 0, 255]).map(torch.Tensor.byte),
    ),
    Case("no rows", x=normal(0, 3), index=integers(0, high=3)),
    Case("seven rows of two", x=normal(7, 2), index=integers(7, high=2), recall=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", ONE_HOT, ids=str)
def test_one_hot(check, case):
    check.values(encode, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("label", [4, 9, -1], ids=["one too large", "far too large", "negative"])
def test_labels_outside_are_refused(check, label):
    check.raises(ValueError, encode, Case("refused", labels=exactly([0, label, 3]), num_classes=4))


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PICK, ids=str)
def test_pick(check, case):
    check.values(choose, case)


@pytest.mark.points(1)
def test_pick_gradients(check):
    check.gradients(choose, Case("gradients", x=normal(4, 3), index=integers(4, high=3)))


@pytest.mark.points(2)
@pytest.mark.parametrize("index", [3, 9, -1], ids=["one too large", "far too large", "negative"])
def test_indices_outside_are_refused(check, index):
    check.raises(ValueError, choose, Case("refused", x=normal(4, 3), index=exactly([0, index, 2, 1])))


HINTS = [
    (
        "Compare a label with 0, 1, ..., C - 1, one after the other: what are the answers? And which function of torch takes, "
        "from each row, the column that a second tensor names?"
    ),
    (
        "In the formula, c runs along a new last axis and t along those of `labels`. Which shapes must the two have to be "
        "compared by broadcasting? For pick, read the formula of `torch.gather` with dim = 1: which shape has its index?"
    ),
    (
        "one_hot: refuse what is outside; the classes as a range, in a dtype that can count them; the comparison of the "
        "labels, with a new last axis, with that range; back to the labels' dtype. pick: refuse what is outside; the index "
        "as int64 and with a second axis; gather along axis 1; drop that axis again."
    ),
]

ALSO_RIGHT = [
    Variant(
        "one_hot: a 1 is scattered into zeros",
        body="""
        if labels.numel() > 0 and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
            raise ValueError("out of range")
        hot = labels.new_zeros(*labels.shape, num_classes)
        return hot.scatter_(-1, labels.long().unsqueeze(-1), 1)
        """,
        region=0,
    ),
    Variant(
        "one_hot: rows of the identity",
        body="""
        if not torch.all((0 <= labels) & (labels < torch.tensor([num_classes], device=labels.device))):
            raise ValueError
        return torch.eye(num_classes, dtype=labels.dtype, device=labels.device)[labels.long()]
        """,
        region=0,
    ),
    Variant(
        "one_hot: one label at a time",
        body="""
        rows = torch.zeros(labels.numel(), num_classes, dtype=labels.dtype, device=labels.device)
        for row, label in zip(rows, labels.flatten().tolist()):
            if label not in range(num_classes):
                raise ValueError(f"{label} is no class")
            row[label] = 1
        return rows.reshape(labels.shape + (num_classes,))
        """,
        region=0,
    ),
    Variant(
        "pick: the numbers of the rows and of the columns",
        body="""
        columns = index.to(torch.int64)
        if (columns < 0).any() or (columns > x.size(1) - 1).any():
            raise ValueError("index out of range")
        rows = torch.arange(len(x), device=x.device)
        return x[rows, columns]
        """,
    ),
    Variant(
        "pick: a mask made by one_hot",
        body="""
        return x.masked_select(one_hot(index, x.shape[1]).bool())
        """,
    ),
    Variant(
        "pick: row by row into a new tensor",
        body="""
        out = x.new_empty(len(index))
        for n, column in enumerate(index.tolist()):
            if column < 0 or column >= x.shape[1]:
                raise ValueError("no such column")
            out[n] = x[n, column]
        return out
        """,
    ),
    Variant(
        "pick: the diagonal of the columns",
        body="""
        if not set(index.tolist()) <= set(range(x.shape[1])):
            raise ValueError("no such column")
        return x.index_select(1, index.int()).diagonal()
        """,
    ),
]

MISTAKES = [
    # one_hot
    Variant(
        "the result is always int64",
        was="hot.to(labels.dtype)",
        becomes="hot.long()",
        hint="Which dtype have the labels, and which should the result have?",
    ),
    Variant(
        "the result is floating point",
        was="hot.to(labels.dtype)",
        becomes="hot.float()",
        hint="Which dtype does `torch.zeros` give when nobody says? Which should the result have?",
    ),
    Variant(
        "the result is true and false",
        was="hot.to(labels.dtype)",
        becomes="hot",
        hint="What is the dtype of a comparison? Which should the result have?",
    ),
    Variant(
        "the classes are counted from the labels",
        was="torch.arange(num_classes,",
        becomes="torch.arange(int(labels.max()) + 1,",
        hint="A batch need not hold the last class. Who says how many there are?",
    ),
    Variant(
        "labels are compared in their own dtype",
        was="number = labels.long()",
        becomes="number = labels",
        hint="In a comparison with uint8 numbers torch takes 300 for a uint8. What is left of it?",
    ),
    Variant(
        "the classes are counted in the dtype of the labels",
        was="torch.arange(num_classes,",
        becomes="torch.arange(num_classes, dtype=labels.dtype,",
        hint="uint8 ends at 255. What comes after it?",
    ),
    Variant(
        "the classes are counted from 1",
        was="torch.arange(num_classes, ",
        becomes="torch.arange(1, num_classes + 1, ",
        hint="Which place has the 1 of the label 0?",
    ),
    Variant(
        "the new axis is the second one",
        was="number[..., None] == classes",
        becomes="number[:, None] == classes",
        hint="`labels[:, None]` is right for labels with one axis. Where is the new axis for two, and for none?",
    ),
    Variant(
        "the classes are the first axis",
        was="number[..., None] == classes",
        becomes="(number[..., None] == classes).movedim(-1, 0)",
        hint="At which end does the new axis belong?",
    ),
    Variant(
        "`labels` gets the new axis in place",
        was="number[..., None]",
        becomes="labels.unsqueeze_(-1)",
        hint="A method that ends in an underscore changes its tensor, and here the caller's. Is there one without?",
    ),
    Variant(
        "uint8 labels act as a mask",
        was="hot = number[..., None] == classes",
        # What torch does with uint8, without its warning.
        becomes="if labels.dtype == torch.uint8:\n        labels = labels.bool()\n"
        "    hot = torch.eye(num_classes, device=labels.device)[labels]",
        hint="torch takes an index of dtype uint8 for a mask. Which dtype must an index have?",
    ),
    Variant(
        "the largest of no labels is asked for",
        was='if outside.any():\n        raise ValueError(f"label',
        becomes='if number.min() < 0 or number.max() >= num_classes:\n        raise ValueError(f"label',
        hint="What is the maximum of an empty tensor?",
    ),
    Variant(
        "no labels always give (0, C)",
        was="number = labels.long()",
        becomes="if labels.numel() == 0:\n        return labels.new_zeros(0, num_classes)\n    number = labels.long()",
        hint="Labels of the shape (2, 0) are none, too. Which shape should their one-hot vectors have?",
    ),
    Variant(
        "the label num_classes is accepted",
        was="number >= num_classes",
        becomes="number > num_classes",
        hint="With 4 classes, which is the last label?",
    ),
    Variant(
        "negative labels are accepted",
        was="(number < 0) | (number >= num_classes)",
        becomes="number >= num_classes",
        hint="Is -1 a class?",
    ),
    Variant(
        "a negative label counts from the end",
        was="outside = (number < 0)",
        becomes="number = number.where(number >= 0, number + num_classes)\n    outside = (number < 0)",
        hint="In Python -1 is the last entry. Which class should it be here?",
    ),
    Variant(
        "labels are not checked",
        was='if outside.any():\n        raise ValueError(f"label',
        becomes='if False:\n        raise ValueError(f"label',
        hint="The label -1 gives a row of zeros, and nobody notices. What should happen?",
    ),
    Variant(
        "labels are refused only if all are outside",
        was='if outside.any():\n        raise ValueError(f"label',
        becomes='if outside.all():\n        raise ValueError(f"label',
        hint="How many bad labels are enough to refuse?",
    ),
    # pick
    Variant(
        "every row with every index",
        was="x.gather(1, column[:, None]).squeeze(1)",
        becomes="x[:, column]",
        hint="`x[:, index]` takes all N columns from each row. How do you say which row goes with which column?",
    ),
    Variant(
        "whole rows are picked",
        was="x.gather(1, column[:, None]).squeeze(1)",
        becomes="x[column]",
        hint="Which axis does `x[index]` count along?",
    ),
    Variant(
        "the axis of the index is left over",
        was=".squeeze(1)",
        becomes="",
        hint="Which shape does `gather` give, and which should the result have?",
    ),
    Variant(
        "the row is multiplied by a one-hot vector",
        was="x.gather(1, column[:, None]).squeeze(1)",
        becomes="(x * one_hot(index, size).to(x.dtype)).sum(1).to(x.dtype)",
        hint="What is 0 times infinity?",
    ),
    Variant(
        "a sum changes the dtype of whole numbers",
        was="x.gather(1, column[:, None]).squeeze(1)",
        becomes="x.masked_fill(one_hot(index, size) == 0, 0).sum(1)",
        hint="Which dtype does torch give to the sum of int32 numbers?",
    ),
    Variant(
        "the numbers become float32",
        was="x.gather",
        becomes="x.float().gather",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "a uint8 index acts as a mask",
        was="x.gather(1, column[:, None]).squeeze(1)",
        becomes="x[torch.arange(len(x), device=x.device), index.bool() if index.dtype == torch.uint8 else index]",
        hint="torch takes an index of dtype uint8 for a mask. Which dtype must an index have?",
    ),
    Variant(
        "the largest of no indices is asked for",
        was='if outside.any():\n        raise ValueError(f"index',
        becomes='if column.min() < 0 or column.max() >= size:\n        raise ValueError(f"index',
        hint="What is the maximum of an empty tensor?",
    ),
    Variant(
        "indices are compared in their own dtype",
        was="column >= size",
        becomes="index >= size",
        hint="In a comparison with uint8 numbers torch takes 300 for a uint8. What is left of it?",
    ),
    Variant(
        "`index` gets the new axis in place",
        was="column[:, None]",
        becomes="column.unsqueeze_(1)",
        hint="`long` copies only what is not int64 yet. Whose tensor does `unsqueeze_` change?",
    ),
    Variant(
        "no gradient reaches `x`",
        was="x.gather",
        becomes="x.detach().gather",
        hint="A loss is made of what is picked. How does the model learn of it?",
    ),
    # A CUDA device does not outlive an index that is outside, so these do what torch does with one on the CPU.
    Variant(
        "a negative index counts from the end",
        was="outside = (column < 0)",
        becomes="column = column.where(column >= 0, column + size)\n    outside = (column < 0)",
        hint="In Python -1 is the last entry. What should it be here?",
    ),
    Variant(
        "an index outside is left to torch, which raises IndexError",
        was='raise ValueError(f"index',
        becomes='raise IndexError(f"index',
        hint="Which exception is asked for? Who has to look at the index before torch does?",
    ),
    Variant(
        "an index outside is left to `gather`, which raises RuntimeError",
        was='raise ValueError(f"index',
        becomes='raise RuntimeError(f"index',
        hint="Which exception is asked for? Who has to look at the index before `gather` does?",
    ),
    Variant(
        "an index outside is moved inside",
        was="outside = (column < 0)",
        becomes="column = column.clamp(0, size - 1)\n    outside = (column < 0)",
        hint="A bug in the data should be heard of. What should happen to an index that is too large?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "a label is either below or beyond",
        was="(number < 0) | ",
        becomes="(number < 0) ^ ",
        reason="no label is both below 0 and beyond the last class",
    ),
    Equivalent(
        "an index is either below or beyond",
        was="(column < 0) | ",
        becomes="(column < 0) ^ ",
        reason="no index is both below 0 and beyond the last column",
    ),
]
