"""Scaled dot-product attention: any leading axes, masks, gradients, and dropout on the weights."""

import pytest
import torch

from kata.grading import (
    Case,
    Equivalent,
    Variant,
    coin,
    exactly,
    integers,
    large_at_the_end,
    normal,
    nothing_for_the_second,
    starting_with,
    uniform,
)

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*"])


def attend(impl, q, k, v, **options):
    return impl.attention(q, k, v, **options)


def twice_in_training(impl, q, k, v):
    return [impl.attention(q, k, v, dropout_p=0.25, training=True) for _ in range(2)]


def with_and_without_dropout(impl, q, k, v):
    return [impl.attention(q, k, v, dropout_p=0.25, training=True), impl.attention(q, k, v)]


CASES = [
    Case("one sequence", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6)),
    Case("a batch with heads", q=normal(2, 3, 5, 8), k=normal(2, 3, 7, 8), v=normal(2, 3, 7, 6)),
    Case("keys and values shared by all heads", q=normal(2, 3, 5, 8), k=normal(2, 1, 7, 8), v=normal(2, 1, 7, 6)),
    Case(
        "not contiguous",
        q=normal(2, 5, 3, 8).transposed(1, 2),
        k=normal(2, 7, 3, 8).transposed(1, 2),
        v=normal(2, 7, 3, 6).transposed(1, 2),
    ),
    Case("a given scale", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), scale=0.7),
    Case("a scale of 0", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), scale=0.0),
    Case(
        "three axes before the tokens",
        q=normal(2, 1, 3, 4, 6),
        k=normal(2, 1, 3, 2, 6),
        v=normal(2, 1, 3, 2, 9),
        recall=True,
    ),
]

MASKED = [
    Case(
        "one mask for all heads",
        q=normal(2, 3, 5, 8),
        k=normal(2, 3, 7, 8),
        v=normal(2, 3, 7, 6),
        mask=coin(5, 7),
    ),
    Case(
        "padding, a mask for each sequence",
        q=normal(2, 3, 5, 8),
        k=normal(2, 3, 7, 8),
        v=normal(2, 3, 7, 6),
        mask=coin(2, 1, 1, 7),
    ),
    Case(
        "a query that may attend to nothing",
        q=normal(5, 8),
        k=normal(7, 8),
        v=normal(7, 6),
        mask=coin(5, 7).map(nothing_for_the_second),
    ),
    Case(
        "hidden keys with the largest scores",
        q=uniform(5, 8, low=0.5, high=1.5),
        k=normal(7, 8).map(large_at_the_end),
        v=normal(7, 6),
        mask=exactly([[True] * 5 + [False] * 2]),
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(4, 16, low=-2, high=3).map(starting_with(192, -192, 192, -192)),
        k=integers(7, 16, low=-2, high=3).map(starting_with(256)),
        v=normal(7, 6),
        mask=coin(4, 7),
    ),
    Case(
        "a mask for each head, more queries than keys",
        q=normal(3, 2, 6, 4),
        k=normal(3, 2, 4, 4),
        v=normal(3, 2, 4, 5),
        mask=coin(2, 6, 4),
        recall=True,
    ),
]

MANY = {"q": normal(2, 2, 32, 8), "k": normal(2, 2, 32, 8), "v": normal(2, 2, 32, 6)}  # 4096 weights


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(5, 7).map(nothing_for_the_second)
    check.gradients(attend, Case("gradients", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), mask=mask))


@pytest.mark.points(1)
def test_no_dropout_outside_training(check):
    case = Case("outside training", q=normal(5, 8), k=normal(7, 8), v=normal(7, 6), dropout_p=0.5, training=False)
    check.values(attend, case)


@pytest.mark.points(1)
def test_each_weight_is_dropped_by_itself(run):
    (_, weights), (_, again) = run(twice_in_training, **MANY)
    dropped = weights == 0
    share = dropped.float().mean().item()
    # The share of 4096 coins strays from 0.25 by 0.0068 (one sigma); this allows 7 of these.
    assert abs(share - 0.25) < 0.05, f"{share:.0%} of the returned weights are 0 with dropout_p=0.25 in training"
    for axis, name in enumerate(("sequences", "heads", "queries", "keys")):
        assert (dropped != dropped.narrow(axis, 0, 1)).any(), f"all {name} lose the same weights"
    assert not torch.equal(dropped, again == 0), "a second call drops the same weights as the first"


@pytest.mark.points(1)
def test_what_dropout_keeps(run, draw):
    inputs = {name: draw(recipe) for name, recipe in MANY.items()}
    (out, weights), (_, plain) = run(with_and_without_dropout, **inputs)
    kept = weights != 0
    grown = torch.allclose(weights[kept], plain[kept] / 0.75, rtol=1e-3)
    assert grown, "with dropout_p=0.25 the weights that are kept are not those without dropout, divided by 0.75"
    of_these = torch.allclose(out, weights @ inputs["v"].float(), rtol=1e-2, atol=1e-2)
    assert of_these, "in training the output is not the returned weights times the values"
    run(with_and_without_dropout, **inputs, dtype="bfloat16")  # dropout leaves the dtype as it is


HINTS = [
    "For one query and one key: which single number says how well they fit? How do many such numbers become weights that sum to one?",
    "Equation 1: softmax(Q Kᵀ / √d) V. Over which axis does the softmax run? What must a score be so that its weight is exactly 0, and what then becomes of a row in which every score is that?",
    "Four steps: scores by a product of matrices and the scale; hide what the mask forbids; softmax over the keys, with care for rows where nothing is left; dropout in training, then one more product with the values.",
]

ALSO_RIGHT = [
    Variant(
        "einsum, softmax and dropout by hand",
        body="""
        factor = q.shape[-1] ** -0.5 if scale is None else scale
        scores = torch.einsum("...td,...sd->...ts", q, k) * factor
        if mask is not None:
            scores = torch.where(mask, scores, -math.inf)
        top = scores.detach().amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
        exps = torch.exp(scores - top)
        sums = exps.sum(-1, keepdim=True)
        weights = exps / torch.where(sums == 0, 1.0, sums)
        if training:
            weights = weights * torch.bernoulli(torch.full_like(weights, 1 - dropout_p)) / (1 - dropout_p)
        return torch.einsum("...ts,...sv->...tv", weights, v), weights
        """,
    ),
    Variant(
        "one query after the other",
        body="""
        if scale is None:
            scale = q.size(-1) ** -0.5
        if mask is not None:
            mask = mask.broadcast_to(*mask.shape[:-2], q.size(-2), k.size(-2))
        rows = []
        for t in range(q.size(-2)):
            row = (k @ q[..., t, :, None]).squeeze(-1) * scale
            if mask is not None:
                row = row.masked_fill(mask[..., t, :] == 0, float("-inf"))
            rows.append(torch.softmax(row, -1).nan_to_num(0.0))
        weights = F.dropout(torch.stack(rows, dim=-2), p=dropout_p, training=training)
        return weights.matmul(v), weights
        """,
    ),
    Variant(
        "computes in float64",
        body="""
        factor = 1 / q.shape[-1] ** 0.5 if scale is None else scale
        scores = (q.double() @ k.double().transpose(-2, -1)).mul_(factor)
        if mask is not None:
            nothing = ~mask.any(dim=-1, keepdim=True)
            scores = scores.masked_fill(~mask & ~nothing, -torch.inf)
            weights = torch.softmax(scores, -1) * ~nothing
        else:
            weights = torch.softmax(scores, -1)
        weights = torch.nn.Dropout(dropout_p).train(training)(weights)
        return (weights @ v.double()).to(v.dtype), weights.to(v.dtype)
        """,
    ),
    Variant(
        "half of the scale on each side, and a mask that is added in place",
        body="""
        root = (q.shape[-1] ** -0.5 if scale is None else scale) ** 0.5
        weights = (q * root) @ (k * root).transpose(-1, -2)
        if mask is not None:
            weights += torch.zeros_like(mask, dtype=q.dtype).masked_fill_(~mask, torch.finfo(q.dtype).min)
        weights = F.softmax(weights, dim=-1)
        if mask is not None:
            weights = weights * mask
        if training and dropout_p > 0:
            weights = weights * (torch.rand_like(weights) >= dropout_p) / (1 - dropout_p)
        return weights @ v, weights
        """,
    ),
]

MISTAKES = [
    Variant(
        "the scores are not scaled",
        was="(q * scale)",
        becomes="q",
        hint="Large d makes the scores large and the softmax all but one-hot. What divides them in equation 1?",
    ),
    Variant(
        "the scores are multiplied by the root of d",
        was="1 / math.sqrt(q.shape[-1])",
        becomes="math.sqrt(q.shape[-1])",
        hint="A dot product of d terms grows with d. Is it to grow even more?",
    ),
    Variant(
        "the scores are divided by d",
        was="1 / math.sqrt(q.shape[-1])",
        becomes="1 / q.shape[-1]",
        hint="Which standard deviation has a sum of d products?",
    ),
    Variant(
        "the scale is taken from the width of the values",
        was="1 / math.sqrt(q.shape[-1])",
        becomes="1 / math.sqrt(v.shape[-1])",
        hint="Values may be wider or narrower than keys. Over how many products does a score sum?",
    ),
    Variant(
        "the scale is taken from the number of keys",
        was="1 / math.sqrt(q.shape[-1])",
        becomes="1 / math.sqrt(k.shape[-2])",
        hint="Over how many products does a score sum? Which axis of `k` is that?",
    ),
    Variant(
        "a given scale is ignored",
        was="if scale is None:",
        becomes="if True:",
        hint="What should happen when the caller passes a scale?",
    ),
    Variant(
        "a given scale divides",
        was="if scale is None:",
        becomes="if scale:\n        scale = 1 / scale\n    else:",
        hint="`scale` is what the scores are multiplied by.",
    ),
    Variant(
        "a given scale comes on top of the default",
        was="if scale is None:\n        scale =",
        becomes="if True:\n        scale = (1.0 if scale is None else scale) *",
        hint="When a scale is given, what is left of the default?",
    ),
    Variant(
        "a scale of 0 counts as none",
        was="if scale is None:",
        becomes="if not scale:",
        hint="What is `bool(0.0)`? How do you ask whether something is None?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="softmax(dim=-1)",
        becomes="softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (T, S) is that?",
    ),
    Variant(
        "the softmax goes over axis 1",
        was="softmax(dim=-1)",
        becomes="softmax(dim=1)",
        hint="Axis 1 is the last one of (T, S) only. Which number means the last axis, however many there are?",
    ),
    Variant(
        "the axes of the keys are counted from the front",
        was="k.mT",
        becomes="k.transpose(1, 2)",
        hint="Which axes of `k` change places if it is (S, d)? If it is (batch, heads, S, d)?",
    ),
    Variant(
        "the keys are reshaped, not transposed",
        was="k.mT",
        becomes="k.reshape(*k.shape[:-2], k.shape[-1], k.shape[-2])",
        hint="`reshape` keeps the numbers in their order in memory. Is the first column of the result the first key?",
    ),
    Variant(
        "the batch sizes are taken to be the same",
        was="(q * scale) @ k.mT",
        becomes="torch.bmm((q * scale).reshape(-1, *q.shape[-2:]), k.reshape(-1, *k.shape[-2:]).mT).reshape("
        "*q.shape[:-1], k.shape[-2])",
        hint="`torch.bmm` pairs the batch entries one by one. Which operator broadcasts?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="(q * scale)",
        becomes="(q.view(-1).view(q.shape) * scale)",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "weights first, output second",
        was="return weights @ v, weights",
        becomes="return weights, weights @ v",
        hint="In which order does the statement want the two?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="scores = (q * scale) @ k.mT",
        becomes="q, k, v = q.float(), k.float(), v.float()\n    scores = (q * scale) @ k.mT",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the queries are scaled in place",
        was="(q * scale)",
        becomes="q.mul_(scale)",
        hint="`q *= scale` and `q.mul_(scale)` write into a tensor. Whose is it?",
    ),
    Variant(
        "the mask is ignored",
        was="if mask is not None:",
        becomes="if False:",
        hint="What should be the weight of a key where the mask is False?",
    ),
    Variant(
        "the mask is the wrong way round",
        was="~mask",
        becomes="mask",
        hint="True means that the query may attend. Which entries does `masked_fill` overwrite?",
    ),
    Variant(
        "the mask is added as numbers",
        body="""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        scores = (q * scale) @ k.mT
        if mask is not None:
            scores = scores + mask
        weights = F.dropout(scores.softmax(dim=-1), dropout_p, training)
        return weights @ v, weights
        """,
        hint="A boolean is added as 0 or 1. What must be added to a score so that its weight is 0?",
    ),
    Variant(
        "hidden scores are set to 0",
        body="""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        scores = (q * scale) @ k.mT
        if mask is not None:
            scores = scores * mask
        weights = F.dropout(scores.softmax(dim=-1), dropout_p, training)
        return weights @ v, weights
        """,
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "hidden scores are the smallest positive number",
        was="torch.finfo(scores.dtype).min",
        becomes="torch.finfo(scores.dtype).tiny",
        hint="`finfo.tiny` is a number just above 0. How small can a score be?",
    ),
    Variant(
        "hidden keys take part in the softmax",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        body="""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        weights = ((q * scale) @ k.mT).softmax(dim=-1)
        if mask is not None:
            weights = weights * mask
            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)
        weights = F.dropout(weights, dropout_p, training)
        return weights @ v, weights
        """,
        hint="What is left for the visible keys when a hidden one has by far the largest score?",
    ),
    Variant(
        "hidden scores are -10 000",
        was="torch.finfo(scores.dtype).min",
        becomes="-1e4",
        hint="Nobody says how small the scores of visible keys may be. What is below all of them?",
    ),
    Variant(
        "a query that may attend to nothing attends to all alike",
        was="weights = weights.masked_fill(~mask, 0.0)",
        becomes="pass",
        hint="When all scores of a row are equally small, what does the softmax make of them?",
    ),
    Variant(
        "a query that may attend to nothing gives NaN",
        was="weights = weights.masked_fill(~mask, 0.0)",
        becomes="weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        hint="The softmax of a row of nothing but -inf is 0 / 0. What should come out instead?",
    ),
    Variant(
        "a query that may attend to nothing gives NaN gradients",
        was="scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)",
        hint="Overwriting the NaN of a softmax mends its result. What about the NaN that its backward pass makes?",
    ),
    Variant(
        "a query that may attend to nothing gives zeros in the output only",
        body="""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        scores = (q * scale) @ k.mT
        if mask is None:
            weights = F.dropout(scores.softmax(dim=-1), dropout_p, training)
            return weights @ v, weights
        weights = scores.masked_fill(~mask, torch.finfo(scores.dtype).min).softmax(dim=-1)
        weights = F.dropout(weights, dropout_p, training)
        return (weights @ v) * mask.any(dim=-1, keepdim=True), weights
        """,
        hint="The output is zeros. And the weights?",
    ),
    Variant(
        "the mask gets an axis for the heads",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask.unsqueeze(1)\n        scores = scores.masked_fill(~mask",
        hint="What does broadcasting make of a mask (T, S) or (B, 1, 1, S) by itself?",
    ),
    Variant(
        "missing axes of the mask are added at the end",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask.reshape(*mask.shape, *[1] * (scores.dim() - mask.dim()))\n"
        "        scores = scores.masked_fill(~mask",
        hint="Broadcasting lines axes up from the right. What does it make of a mask (T, S) by itself?",
    ),
    Variant(
        "the mask has to have the shape of the scores",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="scores[~mask] = torch.finfo(scores.dtype).min",
        hint="An index does not broadcast. Which function fills in numbers by a mask that does?",
    ),
    Variant(
        "the mask has to be (T, S)",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="scores[..., ~mask] = torch.finfo(scores.dtype).min",
        hint="An index does not broadcast. Which function fills in numbers by a mask that does?",
    ),
    Variant(
        "the softmax overflows",
        was="weights = scores.softmax(dim=-1)",
        becomes="weights = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)",
        hint="What is exp(1000) in float32? What may be taken from a whole row without changing its softmax?",
    ),
    Variant(
        "a small number is added to the sum of the softmax",
        was="weights = scores.softmax(dim=-1)",
        becomes="exps = (scores - scores.amax(dim=-1, keepdim=True)).exp()\n"
        "    weights = exps / (exps.sum(dim=-1, keepdim=True) + 1e-9)",
        hint="The weights of a query sum to one, also in float64. After the largest score is subtracted, how small can the "
        "sum get?",
    ),
    Variant(
        "later keys are hidden",
        was="weights = scores.softmax(dim=-1)",
        becomes="later = torch.ones_like(scores, dtype=torch.bool).triu(1)\n"
        "    weights = scores.masked_fill(later, -math.inf).softmax(dim=-1)",
        hint="A causal mask is one that the caller may pass. Without a mask, which keys may a query attend to?",
    ),
    Variant(
        "the output carries no gradient to the weights",
        was="return weights @ v",
        becomes="return weights.detach() @ v",
        hint="How do queries and keys learn, if nothing of the loss reaches them?",
    ),
    Variant(
        "the weights returned carry no gradient",
        was="return weights @ v, weights",
        becomes="return weights @ v, weights.detach()",
        hint="A loss may be computed from the weights. What does `detach` do to it?",
    ),
    Variant(
        "dropout outside training, too",
        was="F.dropout(weights, dropout_p, training)",
        becomes="F.dropout(weights, dropout_p)",
        hint="`F.dropout` drops unless told otherwise. Who tells it?",
    ),
    Variant(
        "no dropout at all",
        was="F.dropout(weights, dropout_p, training)",
        becomes="weights",
        hint="What are `dropout_p` and `training` for?",
    ),
    Variant(
        "the weights are kept with probability dropout_p",
        was="F.dropout(weights, dropout_p, training)",
        becomes="F.dropout(weights, 1 - dropout_p if training else 0.0, training)",
        hint="Is `dropout_p` the probability to drop a weight or to keep it?",
    ),
    Variant(
        "the weights returned are those before dropout",
        was="weights = F.dropout(weights, dropout_p, training)\n    return weights @ v, weights",
        becomes="return F.dropout(weights, dropout_p, training) @ v, weights",
        hint="Which weights was the output made with?",
    ),
    Variant(
        "the output is dropped instead of the weights",
        was="weights = F.dropout(weights, dropout_p, training)\n    return weights @ v, weights",
        becomes="return F.dropout(weights @ v, dropout_p, training), weights",
        hint="Dropout here hides keys from a query. On which tensor does it have to act?",
    ),
    Variant(
        "the scores are dropped instead of the weights",
        was="weights = scores.softmax(dim=-1)",
        becomes="weights = F.dropout(scores, dropout_p, training).softmax(dim=-1)\n    dropout_p = 0.0",
        hint="A score of 0 is not a weight of 0. Does dropout come before or after the softmax?",
    ),
    Variant(
        "whole keys are dropped",
        was="F.dropout(weights, dropout_p, training)",
        becomes="weights * F.dropout(torch.ones_like(weights[..., :1, :]), dropout_p, training)",
        hint="How many random numbers does a (T, S) matrix of weights need?",
    ),
    Variant(
        "the whole batch loses the same weights",
        was="F.dropout(weights, dropout_p, training)",
        becomes="weights * F.dropout(weights.new_ones(weights.shape[-2:]), dropout_p, training)",
        hint="Every weight is dropped by itself, also across sequences and heads.",
    ),
    Variant(
        "every call drops the same weights",
        was="weights = F.dropout",
        becomes="torch.manual_seed(0)\n    weights = F.dropout",
        hint="What happens to the random numbers if the generator is set back in each call?",
    ),
    Variant(
        "the weights that are kept do not grow",
        was="F.dropout(weights, dropout_p, training)",
        becomes="F.dropout(weights, dropout_p, training) * (1 - dropout_p if training else 1)",
        hint="With a quarter of the weights gone, what is the mean of an output over many calls? What makes up for it?",
    ),
    Variant(
        "the weights that are kept sum to one again",
        was="weights = F.dropout(weights, dropout_p, training)",
        becomes="weights = F.dropout(weights, dropout_p, training)\n    if training:\n"
        "        weights = weights / weights.sum(dim=-1, keepdim=True)",
        hint="Each kept weight is divided by 1 - p, whatever became of the others in its row.",
    ),
    Variant(
        "the output is dropped as well",
        was="return weights @ v",
        becomes="return F.dropout(weights @ v, dropout_p, training)",
        hint="One dropout is enough: the output is the weights times the values.",
    ),
    Variant(
        "dropout changes the dtype",
        was="F.dropout(weights, dropout_p, training)",
        becomes="weights * F.dropout(torch.ones_like(weights, dtype=torch.float32), dropout_p, training)",
        hint="What is the dtype of bfloat16 times float32?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "the width of the keys",
        was="q.shape[-1]",
        becomes="k.shape[-1]",
        reason="queries and keys have the same width",
    ),
]
