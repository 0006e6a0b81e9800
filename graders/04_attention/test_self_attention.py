"""Self-attention with a single head: what is asked, answered and taken in, masks, and the layers."""

import pytest

from kata.grading import (
    Case,
    Equivalent,
    Variant,
    coin,
    exactly,
    huge_and_of_either_sign,
    load,
    normal,
    nothing_for_the_second,
    weights,
)

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*"])


def attend(impl, state, x, sizes=(6, 4), **options):
    return load(impl.SelfAttention(*sizes), state)(x, **options)


def attend_widely(impl, state, x):
    return load(impl.SelfAttention(3, 5), state)(x)


def attend_with_bias(impl, state, x):
    return load(impl.SelfAttention(6, 4, bias=True), state)(x)


STATE = weights(lambda impl: impl.SelfAttention(6, 4))
NARROW = weights(lambda impl: impl.SelfAttention(5, 2))
X = normal(2, 5, 6)
# The two large tokens are hidden, and attend to a single one, so that no rounding of their own scores counts.
TWO_HIDDEN = exactly([[True] * 4 + [False] * 2] * 4 + [[True] + [False] * 5] * 2)

CASES = [
    (attend, Case("a batch of sequences", state=STATE, x=X)),
    (
        attend_widely,
        Case("a head wider than the tokens", state=weights(lambda impl: impl.SelfAttention(3, 5)), x=normal(2, 4, 3)),
    ),
    (attend_with_bias, Case("with bias", state=weights(lambda impl: impl.SelfAttention(6, 4, bias=True)), x=X)),
    (
        attend,
        Case("four sequences of three tokens, a head of 2", state=NARROW, sizes=(5, 2), x=normal(4, 3, 5), recall=True),
    ),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", state=STATE, x=normal(5, 5, 6), mask=coin(5, 5)),
    Case("a mask for each sequence", state=STATE, x=X, mask=coin(2, 5, 5)),
    Case("padding", state=STATE, x=X, mask=coin(2, 1, 5)),
    Case(
        "hidden tokens with the largest scores",
        state=STATE,
        x=normal(2, 6, 6).map(huge_and_of_either_sign),
        mask=TWO_HIDDEN,
        dtypes=["float32", "float64"],
    ),
    Case("a token that may attend to nothing", state=STATE, x=X, mask=coin(2, 5, 5).map(nothing_for_the_second)),
    Case(
        "padding, one sequence of seven tokens",
        state=NARROW,
        sizes=(5, 2),
        x=normal(1, 7, 5),
        mask=coin(1, 1, 7),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(4)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(5, 5).map(nothing_for_the_second)
    # In half precision no gradient is held to its numbers, so the two dtypes in which it is are enough.
    check.gradients(attend, Case("gradients", state=STATE, x=X, mask=mask, dtypes=["float32", "float64"]))


HINTS = [
    (
        "A token asks, has an answer, and offers something. Which of the three layers makes which of these, and out "
        "of what?"
    ),
    (
        "Which shape has each of Q, K and V in the formula? Over how many products does a score sum, and where is the "
        "mask put in?"
    ),
    (
        "About eight lines: three projections of the same x; the scores of all queries with all keys, divided by the "
        "root of the head's width; the lowest number a score can be where the mask says no; the softmax along the "
        "keys; zeros where the mask says no; the weights times the values."
    ),
]

ALSO_RIGHT = [
    Variant(
        "einsum, and a softmax by hand",
        body="""
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        scores = torch.einsum("btd,bsd->bts", q, k) * q.size(-1) ** -0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        top = scores.detach().amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)
        exps = torch.exp(scores - top)
        total = exps.sum(-1, keepdim=True)
        return torch.einsum("bts,bsd->btd", exps / torch.where(total == 0, 1.0, total), v)
        """,
    ),
    Variant(
        "one token after the other",
        body="""
        queries, keys, values = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        root = math.sqrt(self.q_proj.out_features)
        if mask is not None:
            mask = mask.expand(x.size(0), x.size(1), x.size(1))
        rows = []
        for b in range(x.size(0)):
            for t in range(x.size(1)):
                scores = keys[b] @ queries[b, t] / root
                seen = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask[b, t]
                rows.append(torch.softmax(scores[seen], 0) @ values[b][seen])
        return torch.stack(rows).reshape(x.size(0), x.size(1), -1)
        """,
    ),
    Variant(
        "one product for all three layers, and the queries scaled first",
        body="""
        layers = [self.q_proj, self.k_proj, self.v_proj]
        projected = x @ torch.cat([layer.weight for layer in layers]).T
        if self.q_proj.bias is not None:
            projected += torch.cat([layer.bias for layer in layers])
        q, k, v = projected.chunk(3, dim=-1)
        scores = torch.bmm(q / q.shape[-1] ** 0.5, k.transpose(1, 2))
        if mask is None:
            return torch.bmm(torch.nn.functional.softmax(scores, 2), v)
        nothing = ~mask.any(dim=-1, keepdim=True)
        scores = torch.where(mask | nothing, scores, float("-inf"))
        return torch.bmm(torch.softmax(scores, 2), v) * ~nothing
        """,
    ),
    Variant(
        "computes in float64",
        body="""
        q, k, v = (layer(x).double() for layer in (self.q_proj, self.k_proj, self.v_proj))
        weights = torch.matmul(q, k.transpose(-1, -2)).div_(math.sqrt(q.shape[2]))
        if mask is not None:
            weights = weights.masked_fill(~mask, -1e300)
        weights = weights.softmax(-1)
        if mask is not None:
            weights = weights * mask
        return (weights @ v).to(x.dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(q.shape[-1])",
        becomes="",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scores are divided by d",
        was="math.sqrt(q.shape[-1])",
        becomes="q.shape[-1]",
        hint="Which standard deviation has a sum of d products?",
    ),
    Variant(
        "the scores are multiplied by √d",
        was="k.mT / math",
        becomes="k.mT * math",
        hint="Large d makes the scores large as it is. Should they be made larger or smaller?",
    ),
    Variant(
        "the scale is taken from the width of the tokens",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(x.shape[-1])",
        hint="Over how many products does a score sum: D or d?",
    ),
    Variant(
        "the scale is taken from the number of tokens",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(x.shape[1])",
        hint="Over how many products does a score sum? Which axis is that?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="softmax(dim=-1)",
        becomes="softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (B, T, T) is that?",
    ),
    Variant(
        "the softmax goes over the sequences",
        was="softmax(dim=-1)",
        becomes="softmax(dim=0)",
        hint="Which axis of (B, T, T) are the keys? Do sequences have to do with each other?",
    ),
    Variant(
        "the keys ask and the queries answer",
        was="q @ k.mT",
        becomes="k @ q.mT",
        hint="Row t of the scores is for the query of token t. Whose rows come first in the product?",
    ),
    Variant(
        "the keys are reshaped, not transposed",
        was="k.mT",
        becomes="k.reshape(k.shape[0], k.shape[2], k.shape[1])",
        hint="`reshape` keeps the numbers in their order in memory. Is the first column of the result the first key?",
    ),
    Variant(
        "the sequences of a batch attend to one another",
        body="""
        x = x.flatten(0, 1)
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        scores = q @ k.T / math.sqrt(q.shape[-1])
        return (scores.softmax(dim=-1) @ v).unflatten(0, (-1, x.shape[0] // 2))
        """,
        hint="How large is the matrix of scores? There should be one (T, T) for each sequence.",
    ),
    Variant(
        "the keys are made by the layer for queries",
        was="k = self.k_proj(x)",
        becomes="k = self.q_proj(x)",
        hint="Which layer makes the keys?",
    ),
    Variant(
        "the queries are made by the layer for keys",
        was="q = self.q_proj(x)",
        becomes="q = self.k_proj(x)",
        hint="Which layer makes the queries?",
    ),
    Variant(
        "the values are made by the layer for keys",
        was="v = self.v_proj(x)",
        becomes="v = self.k_proj(x)",
        hint="Which layer makes the values?",
    ),
    Variant(
        "the tokens are taken in as they are",
        was="weights @ v",
        becomes="weights @ x",
        hint="A weighted mean of what? How wide should the output be?",
    ),
    Variant(
        "tokens attend to earlier ones only",
        was="scores = q @ k.mT / math.sqrt(q.shape[-1])",
        becomes="mask = torch.ones_like(x @ x.mT, dtype=torch.bool).tril() if mask is None else mask\n"
        "        scores = q @ k.mT / math.sqrt(q.shape[-1])",
        hint="Without a mask, what hides a later token?",
    ),
    Variant(
        "the mask is ignored",
        was="if mask is not None:",
        becomes="if False:",
        hint="What should be the weight of a token where the mask is False?",
    ),
    Variant(
        "the mask is the wrong way round",
        was="~mask",
        becomes="mask",
        hint="True means that a token may attend. Which entries does `masked_fill` overwrite?",
    ),
    Variant(
        "the mask's rows are taken for its columns",
        was="~mask",
        becomes="~mask.mT",
        hint="Row t of the mask belongs to the query of token t, as row t of the scores does.",
    ),
    Variant(
        "the mask gets another axis",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask.unsqueeze(0)\n            scores = scores.masked_fill(~mask",
        hint="What does broadcasting make of a mask (B, T, T), and what of (T, T), without your help?",
    ),
    Variant(
        "only the mask of the first sequence is used",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask[0] if mask.dim() == 3 else mask\n            scores = scores.masked_fill(~mask",
        hint="A mask (B, T, T) says for each sequence what is hidden there.",
    ),
    Variant(
        "a mask with two axes is taken for padding",
        was="scores = scores.masked_fill(~mask",
        becomes="if mask.shape == x.shape[:2]:\n"
        "                mask = mask.unsqueeze(1)\n"
        "            scores = scores.masked_fill(~mask",
        hint="A batch may have as many sequences as each has tokens. Of which shape is a mask for padding here?",
    ),
    Variant(
        "the mask hides queries, too",
        was="scores = scores.masked_fill(~mask",
        becomes="mask = mask & mask.mT\n            scores = scores.masked_fill(~mask",
        hint="A mask (B, 1, T) is a row that holds for all queries. Which tokens does it hide as keys? Any as queries?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="torch.finfo(scores.dtype).min",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "hidden tokens take part in the softmax",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        body="""
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(dim=-1)
        if mask is not None:
            weights = weights * mask
            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)
        return weights @ v
        """,
        hint="What is left for the visible tokens when a hidden one has by far the largest score?",
    ),
    Variant(
        "a token that may attend to nothing attends to all alike",
        was="weights = weights.masked_fill(~mask, 0.0)",
        becomes="pass",
        hint="When all scores of a row are equally small, what does the softmax make of them?",
    ),
    Variant(
        "a token that may attend to nothing gives NaN",
        body="""
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is not None:
            scores = scores.masked_fill(~mask, -math.inf)
        return scores.softmax(dim=-1) @ v
        """,
        hint="The softmax of a row of nothing but -inf is 0 / 0. What should come out there?",
    ),
    Variant(
        "a token that may attend to nothing gives gradients of NaN",
        was="scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="scores + torch.zeros_like(scores).masked_fill(~mask, -math.inf)",
        hint="The softmax of a row of nothing but -inf is NaN. Weights are set to 0 afterwards: does this help its "
        "gradient?",
    ),
    Variant(
        "the mask is changed in place",
        was="scores = scores.masked_fill(~mask,",
        becomes="mask.logical_not_()\n            scores = scores.masked_fill(mask,",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "there is always a bias",
        was="bias=bias",
        becomes="bias=True",
        hint="`nn.Linear` has a bias unless told otherwise. Who tells it?",
    ),
    Variant(
        "there is never a bias",
        was="bias=bias",
        becomes="bias=False",
        hint="What is the argument `bias` for?",
    ),
    Variant(
        "the values have no bias",
        was="self.v_proj = nn.Linear(d_model, d_head, bias=bias)",
        becomes="self.v_proj = nn.Linear(d_model, d_head, bias=False)",
        hint="All three layers have a bias, or none.",
    ),
    Variant(
        "the layers keep the width of the tokens",
        was="nn.Linear(d_model, d_head,",
        becomes="nn.Linear(d_model, d_model,",
        hint="How wide are queries, keys and values?",
    ),
    Variant(
        "the widths of the layers are swapped",
        was="nn.Linear(d_model, d_head,",
        becomes="nn.Linear(d_head, d_model,",
        hint="`nn.Linear` takes the width of what comes in first. What comes in?",
    ),
    Variant(
        "there is a layer for the output",
        was="self.v_proj = nn.Linear(d_model, d_head, bias=bias)",
        becomes="self.v_proj = nn.Linear(d_model, d_head, bias=bias)\n"
        "        self.out_proj = nn.Linear(d_head, d_model)",
        hint="That belongs to multi-head attention, where it mixes the heads. Which layers are asked for here?",
    ),
    Variant(
        "the weights are returned, too",
        was="return weights @ v",
        becomes="return weights @ v, weights",
        hint="What should `forward` return?",
    ),
    Variant(
        "the output is float32",
        was="return weights @ v",
        becomes="return (weights @ v).float()",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the weights carry no gradient",
        was="return weights @ v",
        becomes="return weights.detach() @ v",
        hint="How do the layers for queries and keys learn, if nothing of the loss reaches them?",
    ),
    Variant(
        "the keys carry no gradient",
        was="k = self.k_proj(x)",
        becomes="k = self.k_proj(x).detach()",
        hint="How does the layer for keys learn, if nothing of the loss reaches it?",
    ),
]

EQUIVALENT: list[Equivalent] = []
