"""Sliding-window attention: where the window begins and ends, and that nothing outside of it counts."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, integers, normal, starting_with, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*"])


def attend(impl, q, k, v, window):
    return impl.sliding_window_attention(q, k, v, window)


def every_third_is_large(k):
    return torch.where((torch.arange(len(k)) % 3 == 0).unsqueeze(1), 100.0, k)


def inputs(*batch, T=7):
    return {"q": normal(*batch, T, 4), "k": normal(*batch, T, 4), "v": normal(*batch, T, 3)}


CASES = [
    Case("a window of 3 in 7 tokens", **inputs(), window=3),
    Case("a batch with heads", **inputs(2, 3, T=4), window=2),
    Case("a window of 1", **inputs(), window=1),
    Case("a window longer than the sequence", **inputs(T=5), window=9),
    Case(
        "not contiguous",
        q=normal(2, 5, 3, 4).transposed(1, 2),
        k=normal(2, 5, 3, 4).transposed(1, 2),
        v=normal(2, 5, 3, 3).transposed(1, 2),
        window=2,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 3, T=6), window=4, recall=True),
    Case(
        "a window of 5 in 9 tokens, other widths", q=normal(9, 6), k=normal(9, 6), v=normal(9, 2), window=5, recall=True
    ),
]

EXTREMES = [
    # Of two neighbouring keys one is large at most, so that which of them wins is never decided by rounding.
    Case(
        "the largest scores just outside of the window",
        q=uniform(7, 4, low=0.5, high=1.5),
        k=normal(7, 4).map(every_third_is_large),
        v=normal(7, 3),
        window=2,
    ),
    # Small whole numbers and a scale of 1/4: in float32 the scores are exact, in whatever order they are computed.
    Case(
        "scores around -12 000 and 12 000",
        q=integers(5, 16, low=-2, high=3).map(starting_with(192, -192, 192, -192, 192)),
        k=integers(5, 16, low=-2, high=3).map(starting_with(256, 256, -256, -256, -256)),
        v=normal(5, 3),
        window=3,
    ),
]


@pytest.mark.points(6)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", EXTREMES, ids=str)
def test_large_scores(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    # In half precision no gradient is held to its numbers, so the two dtypes in which it is are enough.
    check.gradients(attend, Case("gradients", **inputs(), window=3, dtypes=["float32", "float64"]))


HINTS = [
    "Which keys does query 5 attend to with a window of 3? And query 0? Which differences query - key are these?",
    "The sums of the formula run from max(0, t - W + 1) to t. Which two conditions on t - s say the same?",
    (
        "About six lines: the scores over the root of d; the positions 0 to T - 1, once as a column and once as a "
        "row; their difference, (T, T), and a mask of two comparisons; -inf where the mask says no; the softmax; the "
        "weights times the values."
    ),
]

ALSO_RIGHT = [
    Variant(
        "one query after the other, with a slice of the keys",
        body="""
        rows = []
        for t in range(q.shape[-2]):
            seen = slice(max(0, t - window + 1), t + 1)
            scores = q[..., t : t + 1, :] @ k[..., seen, :].transpose(-1, -2) * q.shape[-1] ** -0.5
            rows.append(torch.softmax(scores, dim=-1) @ v[..., seen, :])
        return torch.cat(rows, dim=-2)
        """,
    ),
    Variant(
        "a band of ones, added as numbers in place",
        body="""
        T = q.size(-2)
        band = torch.ones(T, T, dtype=torch.bool, device=q.device).tril(0).triu(1 - window)
        scores = torch.einsum("...td,...sd->...ts", q / q.size(-1) ** 0.5, k)
        scores += torch.zeros(T, T, dtype=q.dtype, device=q.device).masked_fill_(~band, torch.finfo(q.dtype).min)
        return torch.einsum("...ts,...sv->...tv", scores.softmax(-1), v)
        """,
    ),
    Variant(
        "a window of keys for each query, with padding hidden",
        body="""
        T = q.shape[-2]
        def windows(x):
            padded = torch.nn.functional.pad(x, (0, 0, window - 1, 0))
            return padded.unfold(-2, window, 1).transpose(-1, -2)
        real = windows(torch.ones(T, 1, dtype=q.dtype, device=q.device)).squeeze(-1) > 0
        scores = (windows(k) @ q.unsqueeze(-1)).squeeze(-1) / math.sqrt(q.shape[-1])
        exps = scores.masked_fill(~real, -math.inf)
        exps = torch.exp(exps - exps.detach().amax(-1, keepdim=True))
        weights = exps / exps.sum(-1, keepdim=True)
        return (weights.unsqueeze(-2) @ windows(v)).squeeze(-2)
        """,
    ),
    Variant(
        "computes in float64, masked twice",
        body="""
        T = q.shape[-2]
        scores = torch.matmul(q.double(), k.double().mT) * q.shape[-1] ** -0.5
        later = torch.triu(torch.ones(T, T, device=q.device), diagonal=1).bool()
        long_ago = torch.tril(torch.ones(T, T, device=q.device), diagonal=-window).bool()
        scores = scores.masked_fill(later, -1e300).masked_fill(long_ago, -1e300)
        return (scores.softmax(dim=-1) @ v.double()).to(v.dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the window has one key too many",
        was="back < window",
        becomes="back <= window",
        hint="The query's own key is one of the `window`. With a window of 1, which keys does a query attend to?",
    ),
    Variant(
        "the window has one key too few",
        was="back < window",
        becomes="back < max(window - 1, 1)",
        hint="With a window of 3, how many keys does query 5 attend to? Count its own.",
    ),
    Variant(
        "the window ends before the query's own key",
        was="(back >= 0) & (back < window)",
        becomes="(back > 0) & (back <= window) | (position == 0) & (back == 0)",
        hint="Does a query attend to its own key?",
    ),
    Variant(
        "the window reaches to both sides",
        was="(back >= 0) & (back < window)",
        becomes="back.abs() < window",
        hint="May a query attend to a later key?",
    ),
    Variant(
        "the window is centred on the query",
        was="(back >= 0) & (back < window)",
        becomes="back.abs() <= window // 2",
        hint="May a query attend to a later key? How many keys before its own are in the window?",
    ),
    Variant(
        "later keys are not hidden",
        was="(back >= 0) & (back < window)",
        becomes="back < window",
        hint="May a query attend to a later key?",
    ),
    Variant(
        "earlier keys are not hidden",
        was="(back >= 0) & (back < window)",
        becomes="back >= 0",
        hint="What is the argument `window` for?",
    ),
    Variant(
        "the window looks ahead",
        was="position[:, None] - position[None, :]",
        becomes="position[None, :] - position[:, None]",
        hint="Which of the axes of (T, T) are the queries? Does the window end or begin at the query?",
    ),
    Variant(
        "the window jumps instead of sliding",
        was="(back < window)",
        becomes="(position[:, None] // window == position // window)",
        hint="With a window of 3, which keys does query 3 attend to? And query 4?",
    ),
    Variant(
        "all queries get the last keys of the sequence",
        was="(back < window)",
        becomes="((position >= len(position) - window) | (back == 0))",
        hint="The last `window` keys as seen from where?",
    ),
    Variant(
        "the window wraps around",
        was="(back >= 0) & (back < window)",
        becomes="back % len(position) < window",
        hint="What is -1 % 7? The first queries have fewer keys than the window is long.",
    ),
    Variant(
        "keys of zeros fill the first windows",
        body="""
        def windows(x):
            return torch.nn.functional.pad(x, (0, 0, window - 1, 0)).unfold(-2, window, 1).transpose(-1, -2)
        scores = (windows(k) @ q.unsqueeze(-1)).squeeze(-1) / math.sqrt(q.shape[-1])
        return (scores.softmax(dim=-1).unsqueeze(-2) @ windows(v)).squeeze(-2)
        """,
        hint="A key of zeros has the score 0. What weight does the softmax give it?",
    ),
    Variant(
        "the first key fills the first windows",
        body="""
        position = torch.arange(q.shape[-2], device=q.device).unsqueeze(-1)
        seen = (position - torch.arange(window, device=q.device)).clamp(min=0)
        scores = (k[..., seen, :] @ q.unsqueeze(-1)).squeeze(-1) / math.sqrt(q.shape[-1])
        return (scores.softmax(dim=-1).unsqueeze(-2) @ v[..., seen, :]).squeeze(-2)
        """,
        hint="A key that is there twice gets twice the weight. How many keys does query 0 attend to?",
    ),
    Variant(
        "a window longer than the sequence is refused",
        was="scores = q @ k.mT",
        becomes="if window > q.shape[-2]:\n        raise ValueError\n    scores = q @ k.mT",
        hint="Which keys does a query attend to when the window is longer than the sequence?",
    ),
    Variant(
        "the number of tokens is read from axis 1",
        was="torch.arange(q.shape[-2]",
        becomes="torch.arange(q.shape[1]",
        hint="Which axis are the tokens in (T, d)? In (batch, heads, T, d)? Count from the end.",
    ),
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(q.shape[-1])",
        becomes="",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scale is taken from the width of the values",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(v.shape[-1])",
        hint="Over how many products does a score sum?",
    ),
    Variant(
        "the scale is taken from the window",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(window)",
        hint="Over how many products does a score sum?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="softmax(dim=-1)",
        becomes="softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (T, T) is that?",
    ),
    Variant(
        "the softmax goes over axis 1",
        was="softmax(dim=-1)",
        becomes="softmax(dim=1)",
        hint="Axis 1 is the last one of (T, T) only. Which number means the last axis, however many there are?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="-math.inf",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "hidden scores are -10 000",
        was="-math.inf",
        becomes="-1e4",
        hint="Nobody says how small the scores in the window may be. What is below all of them?",
    ),
    Variant(
        "the scores of hidden keys are lowered by 10 000",
        was="scores.masked_fill(~mask, -math.inf)",
        becomes="(scores - ~mask * scores.new_tensor(1e4))",
        hint="Nobody says how large the scores outside of the window may be. Which number is below all, whatever it is "
        "added to?",
    ),
    Variant(
        "keys outside of the window take part in the softmax",
        was="scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        becomes="scores.softmax(dim=-1) * mask",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        was="scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        becomes="scores.softmax(dim=-1) * mask\n"
        "    weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)",
        hint="What is left for the window when a key outside of it has by far the largest score?",
    ),
    Variant(
        "the softmax overflows",
        was="scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        becomes="scores.exp() * mask\n    weights = weights / weights.sum(dim=-1, keepdim=True)",
        hint="What is exp(1000) in float32? What may be taken from a whole row without changing its softmax?",
    ),
    Variant(
        "the axes of the keys are counted from the front",
        was="k.mT",
        becomes="k.transpose(1, 2)",
        hint="Which axes of `k` change places if it is (T, d)? If it is (batch, heads, T, d)?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="scores = q @ k.mT",
        becomes="scores = q.view(-1, *q.shape[-2:]).view(q.shape) @ k.mT",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="scores = q @ k.mT",
        becomes="q, k, v = q.float(), k.float(), v.float()\n    scores = q @ k.mT",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the queries are scaled in place",
        was="q @ k.mT / math.sqrt(q.shape[-1])",
        becomes="(q / math.sqrt(q.shape[-1]) if q.requires_grad else q.div_(math.sqrt(q.shape[-1]))) @ k.mT",
        hint="`q /= root` and `q.div_(root)` write into a tensor. Whose is it?",
    ),
    Variant(
        "the weights carry no gradient",
        was="weights @ v",
        becomes="weights.detach() @ v",
        hint="How do queries and keys learn, if nothing of the loss reaches them?",
    ),
    Variant(
        "the values carry no gradient",
        was="weights @ v",
        becomes="weights @ v.detach()",
        hint="How do the values learn, if nothing of the loss reaches them?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "the width of the keys",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(k.shape[-1])",
        reason="queries and keys have the same width",
    ),
    Equivalent(
        "as many positions as keys",
        was="torch.arange(q.shape[-2]",
        becomes="torch.arange(k.shape[-2]",
        reason="there are as many keys as queries",
    ),
    Equivalent(
        "as many positions as values",
        was="torch.arange(q.shape[-2]",
        becomes="torch.arange(v.shape[-2]",
        reason="there are as many values as queries",
    ),
]
