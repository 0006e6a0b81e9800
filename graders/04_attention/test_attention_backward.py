"""The backward pass of attention: the three gradients, masks, large scores, and no autograd."""

import pytest

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

# Every way into autograd leads through one of these. In half precision the differences in dS are mostly rounding, and
# right answers part ways.
pytestmark = pytest.mark.exercise(
    points=10,
    seconds=2,
    forbids=["*attention*", "requires_grad_", "grad", "*backward*", "*make_dual*"],
    dtypes=["float32", "float64"],
)


def differentiate(impl, grad_out, q, k, v, mask=None):
    return impl.attention_backward(grad_out, q, k, v, mask=mask)


def inputs(*batch, T, S):
    shapes = {"grad_out": (T, 3), "q": (T, 4), "k": (S, 4), "v": (S, 3)}
    return {name: normal(*batch, *shape) for name, shape in shapes.items()}


CASES = [
    Case("one sequence", **inputs(T=5, S=7)),
    Case("a batch with heads", **inputs(2, 3, T=3, S=4)),
    Case("not contiguous", **{name: x.transposed(1, 2) for name, x in inputs(2, 4, T=3, S=3).items()}),
    # Small whole numbers and a scale of 1/2: in float32 the scores are exact, in whatever order they are computed. Not 20
    # and 20: the first number of dq is 0, and would have a rounding of 0 times what the keys begin with.
    Case(
        "scores around 200",
        grad_out=normal(5, 3),
        q=integers(5, 4, low=-2, high=3).map(starting_with(200)),
        k=integers(7, 4, low=-2, high=3).map(starting_with(2)),
        v=normal(7, 3),
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=4, S=2), recall=True),
]

MASKED = [
    Case("one mask for all heads", **inputs(2, 2, T=4, S=5), mask=coin(4, 5)),
    Case("padding, a mask for each sequence", **inputs(2, 2, T=4, S=5), mask=coin(2, 1, 1, 5)),
    Case("a query that may attend to nothing", **inputs(T=4, S=5), mask=coin(4, 5).map(nothing_for_the_second)),
    Case(
        "hidden keys with the largest scores",
        grad_out=normal(5, 3),
        q=uniform(5, 4, low=0.5, high=1.5),
        k=normal(7, 4).map(large_at_the_end),
        v=normal(7, 3),
        mask=exactly([[True] * 5 + [False] * 2]),
    ),
    Case("a mask for each head", **inputs(3, 2, T=3, S=6), mask=coin(2, 3, 6), recall=True),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(differentiate, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(differentiate, case)


HINTS = [
    "Which shape has each of dO, P, dV, dP, dS, dQ and dK? Which of them are needed before which others?",
    (
        "The third line of formulas: the sum over k runs along a row of P ∘ dP, and it is subtracted from each entry "
        "of that row of dP. By what are the scores multiplied, and what does that do to dQ and dK?"
    ),
    (
        "Two parts of five lines each. The forward pass as far as P, mask and all. Then one line for each formula: "
        "dV, dP, dS with a sum along the last axis that is kept, dQ, dK."
    ),
]

ALSO_RIGHT = [
    Variant(
        "as flash attention does it, with the output",
        body="""
        scores = torch.einsum("...td,...sd->...ts", q, k) / q.shape[-1] ** 0.5
        if mask is not None:
            scores = torch.where(mask, scores, -math.inf)
        top = scores.amax(-1, keepdim=True).clamp(min=torch.finfo(q.dtype).min)
        exps = torch.exp(scores - top)
        total = exps.sum(-1, keepdim=True)
        p = exps / torch.where(total == 0, 1.0, total)
        delta = (grad_out * (p @ v)).sum(-1, keepdim=True)
        dp = torch.einsum("...tv,...sv->...ts", grad_out, v)
        ds = p * (dp - delta) / q.shape[-1] ** 0.5
        dq = torch.einsum("...ts,...sd->...td", ds, k)
        dk = torch.einsum("...ts,...td->...sd", ds, q)
        return dq, dk, torch.einsum("...ts,...tv->...sv", p, grad_out)
        """,
    ),
    Variant(
        "one query after the other, with the matrix of the softmax's derivatives",
        body="""
        root = math.sqrt(q.shape[-1])
        dq, dk, dv = torch.zeros_like(q), torch.zeros_like(k), torch.zeros_like(v)
        for t in range(q.shape[-2]):
            scores = (k @ q[..., t, :, None]).squeeze(-1) / root
            if mask is not None:
                row = mask.expand(*mask.shape[:-2], q.shape[-2], k.shape[-2])[..., t, :]
                scores = scores.masked_fill(~row, float("-inf"))
            p = torch.softmax(scores, -1).nan_to_num(0.0)
            dv += p[..., :, None] * grad_out[..., t, None, :]
            dp = (v @ grad_out[..., t, :, None]).squeeze(-1)
            jacobian = torch.diag_embed(p) - p[..., :, None] * p[..., None, :]
            ds = (jacobian @ dp[..., None]).squeeze(-1) / root
            dq[..., t, :] = (ds[..., None] * k).sum(-2)
            dk += ds[..., :, None] * q[..., t, None, :]
        return dq, dk, dv
        """,
    ),
    Variant(
        "computes in float64, queries scaled first, in place",
        body="""
        dtype, scale = q.dtype, q.shape[-1] ** -0.5
        grad_out, q, k, v = (x.double() for x in (grad_out, q, k, v))
        q = q * scale
        p = q @ k.transpose(-1, -2)
        if mask is not None:
            p.masked_fill_(~mask, -1e300)
        p = torch.nn.functional.softmax(p, dim=-1)
        if mask is not None:
            p *= mask
        dv = p.transpose(-1, -2) @ grad_out
        ds = grad_out @ v.transpose(-1, -2)
        ds -= (p * ds).sum(-1, keepdim=True)
        ds *= p
        return (ds @ k * scale).to(dtype), (ds.transpose(-1, -2) @ q).to(dtype), dv.to(dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the softmax is taken to have no derivative",
        was="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        becomes="dp",
        hint="dP is the gradient by the weights. Which function leads from the scores to these?",
    ),
    Variant(
        "each weight is taken to depend on its own score only",
        was="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        becomes="p * (1 - p) * dp",
        hint="If one score of a row grows, what becomes of the other weights?",
    ),
    Variant(
        "the sum runs over the whole matrix",
        was="(p * dp).sum(dim=-1, keepdim=True)",
        becomes="(p * dp).sum(dim=(-2, -1), keepdim=True)",
        hint="Rows of a softmax do not know of each other. Over which index does the sum run?",
    ),
    Variant(
        "the three come in the order in which they are found",
        was="return dq, dk, dv",
        becomes="return dv, dq, dk",
        hint="That is the order in which they are found. In which are they asked for?",
    ),
    Variant(
        "the sum is not subtracted",
        was="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        becomes="p * dp",
        hint="If one score of a row grows, the other weights go down. Where in the formula is that?",
    ),
    Variant(
        "the sum runs over the queries",
        was="(p * dp).sum(dim=-1, keepdim=True)",
        becomes="(p * dp).sum(dim=-2, keepdim=True)",
        hint="Which index does the sum of the formula run over? Is that along a row or a column?",
    ),
    Variant(
        "the sum is not weighted",
        was="(p * dp).sum(dim=-1, keepdim=True)",
        becomes="dp.sum(dim=-1, keepdim=True)",
        hint="What stands behind the sum in the formula?",
    ),
    Variant(
        "the mean is subtracted",
        was="(p * dp).sum(dim=-1, keepdim=True)",
        becomes="(p * dp).mean(dim=-1, keepdim=True)",
        hint="The weights P make a mean of the sum already. What comes of dividing by the number of keys once more?",
    ),
    Variant(
        "what is subtracted is not multiplied by the weight",
        was="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        becomes="p * dp - (p * dp).sum(dim=-1, keepdim=True)",
        hint="Where are the brackets in the formula for dS?",
    ),
    Variant(
        "dS has the wrong sign",
        was="p * (dp - (p * dp).sum(dim=-1, keepdim=True))",
        becomes="p * ((p * dp).sum(dim=-1, keepdim=True) - dp)",
        hint="Say dP of a weight is above the mean of its row. If its score goes up, does the loss go up or down?",
    ),
    Variant(
        "dQ is not scaled",
        was="dq = ds @ k * scale",
        becomes="dq = ds @ k",
        hint="By what is q · k multiplied in the forward pass? Then what is the derivative of that by q?",
    ),
    Variant(
        "dK is not scaled",
        was="dk = ds.mT @ q * scale",
        becomes="dk = ds.mT @ q",
        hint="By what is q · k multiplied in the forward pass? Then what is the derivative of that by k?",
    ),
    Variant(
        "neither dQ nor dK is scaled",
        body="""
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        p = scores.softmax(dim=-1)
        if mask is not None:
            p = p.masked_fill(~mask, 0.0)
        dp = grad_out @ v.mT
        ds = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
        return ds @ k, ds.mT @ q, p.mT @ grad_out
        """,
        hint="The scores are q · k / √d. Then what is their derivative by q?",
    ),
    Variant(
        "dQ and dK are divided by d",
        was="@ q * scale",
        becomes="@ q * scale**2\n    dq = dq * scale",
        hint="The scores are q · k / √d. What is their derivative by q?",
    ),
    Variant(
        "the scores are not scaled",
        was="q @ k.mT * scale",
        becomes="q @ k.mT",
        hint="Which P did the forward pass have? What divides its scores?",
    ),
    Variant(
        "nothing is scaled",
        was="1 / math.sqrt(q.shape[-1])",
        becomes="1.0",
        hint="What divides the scores in the forward pass?",
    ),
    Variant(
        "the scale is taken from the width of the values",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(v.shape[-1])",
        hint="Over how many products does a score sum?",
    ),
    Variant(
        "dV is made with the scores",
        was="p.mT @ grad_out",
        becomes="scores.mT @ grad_out",
        hint="What were the values multiplied by in the forward pass?",
    ),
    Variant(
        "P is not transposed for dV",
        was="p.mT @ grad_out",
        becomes="p @ grad_out",
        hint="Value j went to all queries, with the weights of column j. What comes back to it?",
    ),
    Variant(
        "dQ is made with the queries",
        was="ds @ k",
        becomes="ds.mT @ q",
        hint="What is the derivative of q · k by q?",
    ),
    Variant(
        "dS is reshaped for dK, not transposed",
        was="ds.mT @ q",
        becomes="ds.reshape(*ds.shape[:-2], ds.shape[-1], ds.shape[-2]) @ q",
        hint="`reshape` keeps the numbers in their order in memory. Is the first row of the result the first column "
        "of dS?",
    ),
    Variant(
        "the three come in reverse order",
        was="return dq, dk, dv",
        becomes="return dv, dk, dq",
        hint="In which order does the statement want the three?",
    ),
    Variant(
        "dK before dQ",
        was="return dq, dk, dv",
        becomes="return dk, dq, dv",
        hint="In which order does the statement want the three?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="scores.softmax(dim=-1)",
        becomes="scores.softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (T, S) is that?",
    ),
    Variant(
        "the softmax overflows",
        was="p = scores.softmax(dim=-1)",
        becomes="p = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)",
        hint="What is exp(200) in float32? What may be taken from a whole row without changing its softmax?",
    ),
    Variant(
        "the axes of the keys are counted from the front",
        was="q @ k.mT",
        becomes="q @ k.transpose(0, 1)",
        hint="Which axes of `k` change places if it is (S, d)? If it is (batch, heads, S, d)?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="scores = q @ k.mT",
        becomes="scores = q.view(-1).view(q.shape) @ k.mT",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "the gradients of all heads are summed up",
        was="dk = ds.mT @ q * scale",
        becomes="dk = (ds.mT @ q * scale).sum_to_size(k.shape[-2:]).expand_as(k)",
        hint="Each batch entry and head had keys of its own. Whose gradients do they get?",
    ),
    Variant(
        "the mask is ignored",
        was="if mask is not None:",
        becomes="if False:",
        hint="Which weights did the forward pass have where the mask is False?",
    ),
    Variant(
        "the mask is the wrong way round",
        was="~mask",
        becomes="mask",
        hint="True means that the query may attend. Which entries does `masked_fill` overwrite?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="torch.finfo(scores.dtype).min",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "hidden keys take part in the softmax",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="In the forward pass the weights of the visible keys sum to one. Do yours?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        body="""
        scale = 1 / math.sqrt(q.shape[-1])
        p = (q @ k.mT * scale).softmax(dim=-1)
        if mask is not None:
            p = p * mask
            p = p / p.sum(dim=-1, keepdim=True).clamp(min=1e-30)
        dp = grad_out @ v.mT
        ds = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
        return ds @ k * scale, ds.mT @ q * scale, p.mT @ grad_out
        """,
        hint="What is left for the visible keys when a hidden one has by far the largest score?",
    ),
    Variant(
        "only dS is masked",
        body="""
        scale = 1 / math.sqrt(q.shape[-1])
        p = (q @ k.mT * scale).softmax(dim=-1)
        dp = grad_out @ v.mT
        ds = p * (dp - (p * dp).sum(dim=-1, keepdim=True))
        if mask is not None:
            ds = ds.masked_fill(~mask, 0.0)
        return ds @ k * scale, ds.mT @ q * scale, p.mT @ grad_out
        """,
        hint="The mask acted in the forward pass. Which P came of it?",
    ),
    Variant(
        "a query that may attend to nothing is taken to attend to all alike",
        was="p = p.masked_fill(~mask, 0.0)",
        becomes="pass",
        hint="When all scores of a row are equally small, what does the softmax make of them? What did the query give "
        "to dV?",
    ),
    Variant(
        "a query that may attend to nothing gives NaN",
        was="p = p.masked_fill(~mask, 0.0)",
        becomes="p = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        hint="The softmax of a row of nothing but -inf is 0 / 0. Which weights did such a query have?",
    ),
    Variant(
        "a query that may attend to nothing still adds to dV",
        was="dv = p.mT @ grad_out",
        becomes="dv = scores.softmax(dim=-1).mT @ grad_out",
        hint="The output of such a query was zeros, whatever the values were. What is the derivative of that by v?",
    ),
    Variant(
        "the mask gets an axis for the heads",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask.unsqueeze(1)\n        scores = scores.masked_fill(~mask",
        hint="What does broadcasting make of a mask (T, S) or (B, 1, 1, S) by itself?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="scale = 1 /",
        becomes="grad_out, q, k, v = grad_out.float(), q.float(), k.float(), v.float()\n    scale = 1 /",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the queries are scaled in place",
        was="scores = q @ k.mT * scale",
        becomes="scores = q.mul_(scale) @ k.mT\n    q = q / scale",
        hint="`q *= scale` and `q.mul_(scale)` write into a tensor. Whose is it?",
    ),
    Variant(
        "the mask is changed in place",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="scores = scores.masked_fill(mask.logical_not_(), torch.finfo(scores.dtype).min)\n        mask = ~mask",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "the width of the keys",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(k.shape[-1])",
        reason="queries and keys have the same width",
    ),
]
