"""Grouped-query attention: which head uses which keys and values, from multi-head to multi-query, and masks."""

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


def attend(impl, state, x, sizes=(12, 6, 2), **options):
    return load(impl.GroupedQueryAttention(*sizes), state)(x, **options)


def attend_with_a_group_for_each_head(impl, state, x):
    return load(impl.GroupedQueryAttention(6, 3, 3), state)(x)


def attend_with_one_group(impl, state, x):
    return load(impl.GroupedQueryAttention(6, 3, 1), state)(x)


def make(impl, d_model, num_heads, num_kv_heads):
    module = impl.GroupedQueryAttention(d_model, num_heads, num_kv_heads)
    return [tuple(weight.shape) for weight in module.parameters()]


STATE = weights(lambda impl: impl.GroupedQueryAttention(12, 6, 2))
MULTI_HEAD = weights(lambda impl: impl.GroupedQueryAttention(6, 3, 3))
MULTI_QUERY = weights(lambda impl: impl.GroupedQueryAttention(6, 3, 1))
THREE_GROUPS = weights(lambda impl: impl.GroupedQueryAttention(18, 6, 3))

CASES = [
    (attend, Case("two groups of three heads", state=STATE, x=normal(2, 4, 12))),
    (
        attend_with_a_group_for_each_head,
        Case("as many groups as heads: multi-head attention", state=MULTI_HEAD, x=normal(2, 4, 6)),
    ),
    (attend_with_one_group, Case("one group: multi-query attention", state=MULTI_QUERY, x=normal(2, 4, 6))),
    (attend, Case("three groups of two heads", state=THREE_GROUPS, sizes=(18, 6, 3), x=normal(1, 5, 18), recall=True)),
]

MASKED = [
    # As many sequences as tokens, so that (T, T) could be read as (B, T).
    Case("one mask for all sequences", state=STATE, x=normal(4, 4, 12), mask=coin(4, 4)),
    Case("a mask for each of as many sequences as heads", state=STATE, x=normal(6, 3, 12), mask=coin(6, 3, 3)),
    Case("padding", state=STATE, x=normal(2, 4, 12), mask=coin(2, 1, 1, 4)),
    # The two large tokens are hidden, and attend to a single one, so that no rounding of their own scores counts.
    Case(
        "hidden tokens with the largest scores",
        state=STATE,
        x=normal(2, 6, 12).map(huge_and_of_either_sign),
        mask=exactly([[True] * 4 + [False] * 2] * 4 + [[True] + [False] * 5] * 2),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a token that may attend to nothing",
        state=STATE,
        x=normal(2, 4, 12),
        mask=coin(2, 4, 4).map(nothing_for_the_second),
    ),
    Case(
        "three groups of two heads, padding",
        state=THREE_GROUPS,
        sizes=(18, 6, 3),
        x=normal(3, 2, 18),
        mask=coin(3, 1, 1, 2),
        recall=True,
    ),
]

UNEVEN = [
    Case("a width of 6 for 4 heads", d_model=6, num_heads=4, num_kv_heads=2),
    Case("4 heads in 3 groups", d_model=8, num_heads=4, num_kv_heads=3),
    Case("4 heads in 3 groups, and a width of 12", d_model=12, num_heads=4, num_kv_heads=3),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(4, 4).map(nothing_for_the_second)
    # In half precision no gradient is held to its numbers, so the two dtypes in which it is are enough.
    dtypes = ["float32", "float64"]
    check.gradients(attend, Case("gradients", state=STATE, x=normal(2, 4, 12), mask=mask, dtypes=dtypes))


@pytest.mark.points(1)
@pytest.mark.parametrize("case", UNEVEN, ids=str)
def test_uneven_heads_are_refused(check, case):
    check.raises(ValueError, make, case)


HINTS = [
    (
        "With 6 heads and 2 groups, which key and value heads do query heads 0 to 5 use? How wide are the layers for "
        "these?"
    ),
    (
        "The formula gives g for each i: with 6 heads and 2 groups it is 0, 0, 0, 1, 1, 1. Which function of torch "
        "repeats each entry of an axis before it goes on to the next, and which repeats the axis as a whole?"
    ),
    (
        "Multi-head attention with one step more: queries as (B, H, T, d), keys and values as (B, G, T, d); each head "
        "of these repeated H / G times in place, which gives (B, H, T, d); from there on as if all had been heads of "
        "their own."
    ),
]

ALSO_RIGHT = [
    Variant(
        "queries in groups, nothing repeated",
        body="""
        B, T, _ = x.shape
        d = self.d_head
        k = self.k_proj(x).view(B, T, -1, d)
        v = self.v_proj(x).view(B, T, -1, d)
        q = self.q_proj(x).view(B, T, k.shape[2], -1, d)
        scores = torch.einsum("btgrd,bsgd->bgrts", q, k) / math.sqrt(d)
        if mask is not None:
            if mask.dim() == 4:
                mask = mask.squeeze(1)
            mask = mask.expand(B, T, T)[:, None, None]
            scores = torch.where(mask, scores, -math.inf)
        weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            weights = torch.where(mask, weights, 0.0)
        return self.out_proj(torch.einsum("bgrts,bsgd->btgrd", weights, v).reshape(B, T, -1))
        """,
    ),
    Variant(
        "one head after the other",
        body="""
        q, k, v = self.q_proj(x), self.k_proj(x), self.v_proj(x)
        d, found = self.d_head, []
        if mask is not None and mask.dim() == 4:
            mask = mask[:, 0]
        for i in range(q.shape[-1] // d):
            g = i // self.share
            own, shared = slice(i * d, (i + 1) * d), slice(g * d, (g + 1) * d)
            scores = torch.bmm(q[..., own] * d**-0.5, k[..., shared].transpose(1, 2))
            if mask is not None:
                scores = scores.masked_fill(mask == 0, torch.finfo(q.dtype).min)
            exps = torch.exp(scores - scores.detach().amax(-1, keepdim=True))
            if mask is not None:
                exps = exps * mask
            total = exps.sum(-1, keepdim=True)
            found.append(exps / torch.where(total == 0, 1.0, total) @ v[..., shared])
        return self.out_proj(torch.cat(found, -1))
        """,
    ),
    Variant(
        "repeats as Llama does",
        body="""
        B, T, D = x.shape
        def repeated(features):
            heads = features.view(B, T, -1, self.d_head).transpose(1, 2)
            G = heads.shape[1]
            return heads[:, :, None].expand(B, G, self.share, T, self.d_head).reshape(B, G * self.share, T, self.d_head)
        q = self.q_proj(x).view(B, T, -1, self.d_head).transpose(1, 2)
        scores = torch.matmul(q, repeated(self.k_proj(x)).transpose(2, 3)) * self.d_head**-0.5
        if mask is None:
            weights = torch.nn.functional.softmax(scores, dim=-1, dtype=torch.promote_types(q.dtype, torch.float32))
            weights = weights.to(q.dtype)
        else:
            mask = mask[:, None] if mask.dim() == 3 else mask
            scores = scores + torch.zeros_like(mask, dtype=scores.dtype).masked_fill(~mask, torch.finfo(x.dtype).min)
            weights = torch.nn.functional.softmax(scores, dim=-1) * mask.any(-1, keepdim=True)
        out = torch.matmul(weights, repeated(self.v_proj(x))).transpose(1, 2).contiguous()
        return self.out_proj(out.reshape(B, T, D))
        """,
    ),
    Variant(
        "repeats the layers' weights instead of what they give",
        body="""
        def all_heads(layer):
            weight = layer.weight.unflatten(0, (-1, self.d_head)).repeat_interleave(self.share, dim=0).flatten(0, 1)
            return (x @ weight.T).unflatten(-1, (-1, self.d_head)).transpose(1, 2).double()
        q = self.q_proj(x).unflatten(-1, (-1, self.d_head)).transpose(1, 2).double()
        scores = q @ all_heads(self.k_proj).mT / math.sqrt(self.d_head)
        if mask is not None:
            mask = mask.unsqueeze(1) if mask.dim() == 3 else mask
            scores = scores.masked_fill(~mask, -1e300)
        weights = scores.softmax(-1) if mask is None else scores.softmax(-1) * mask
        return self.out_proj((weights @ all_heads(self.v_proj)).transpose(1, 2).flatten(-2).to(x.dtype))
        """,
    ),
]

MISTAKES = [
    Variant(
        "the groups are dealt out in turns",
        was="repeat_interleave(self.share, dim=1)",
        becomes="repeat(1, self.share, 1, 1)",
        hint="Which heads are 0, 1 and 2 of what `repeat` gives? Heads 0, 1 and 2 should share key head 0.",
    ),
    Variant(
        "the values are dealt out in turns, the keys are not",
        was="v.repeat_interleave(self.share, dim=1)",
        becomes="v.repeat(1, self.share, 1, 1)",
        hint="A query head takes keys and values from the same group. Which does head 1 take its values from?",
    ),
    Variant(
        "the groups are repeated once for each group",
        was="self.share = num_heads // num_kv_heads",
        becomes="self.share = num_kv_heads",
        hint="How many query heads share a group? Try 6 heads and 2 groups.",
    ),
    Variant(
        "keys and values are left to broadcast",
        was=".repeat_interleave(self.share, dim=1)",
        becomes="",
        hint="An axis of 1 can be stretched to H, and that is enough for one group. What about two?",
    ),
    Variant(
        "all heads use the first group",
        was=".repeat_interleave(self.share, dim=1)",
        becomes="[:, :1]",
        hint="What are the other heads of keys and values for?",
    ),
    Variant(
        "all heads use the mean of the groups",
        was=".repeat_interleave(self.share, dim=1)",
        becomes=".mean(dim=1, keepdim=True)",
        hint="The paper takes means to convert a model. Which keys does head i use in the formula?",
    ),
    Variant(
        "keys and values have as many heads as the queries",
        was="num_kv_heads * self.d_head",
        becomes="d_model",
        hint="How many heads have keys and values, and how wide are these together?",
    ),
    Variant(
        "the width is divided by the number of groups",
        was="num_kv_heads * self.d_head",
        becomes="d_model // num_kv_heads",
        hint="With 6 heads of width 2 in 2 groups, how wide are the keys of both groups together?",
    ),
    Variant(
        "the layers have biases",
        was=", bias=False",
        becomes="",
        hint="`nn.Linear` has a bias unless told otherwise. Do the layers here?",
    ),
    Variant(
        "the last layer has a bias",
        was="self.out_proj = nn.Linear(d_model, d_model, bias=False)",
        becomes="self.out_proj = nn.Linear(d_model, d_model)",
        hint="Which of the four layers have a bias here?",
    ),
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(self.d_head)",
        becomes="",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scale is taken from the width of the model",
        was="math.sqrt(self.d_head)",
        becomes="math.sqrt(x.shape[-1])",
        hint="Over how many products does a score sum in one head?",
    ),
    Variant(
        "the scale is taken from the width of all keys",
        was="math.sqrt(self.d_head)",
        becomes="math.sqrt(self.k_proj.out_features)",
        hint="Over how many products does a score sum in one head?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="scores.softmax(dim=-1)",
        becomes="scores.softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (B, H, T, T) is that?",
    ),
    Variant(
        "the softmax goes over the heads",
        was="scores.softmax(dim=-1)",
        becomes="scores.softmax(dim=1)",
        hint="Each head has weights of its own. Along which axis of (B, H, T, T) do they sum to one?",
    ),
    Variant(
        "the values are made by the layer for keys",
        was="self.v_proj(x)",
        becomes="self.k_proj(x)",
        hint="Which layer makes the values?",
    ),
    Variant(
        "the query heads are cut from the tokens, not from the features",
        was="self.q_proj(x).unflatten(-1, (-1, self.d_head)).transpose(1, 2)",
        becomes="self.q_proj(x).reshape(x.shape[0], -1, x.shape[1], self.d_head)",
        hint="(B, T, D) becomes (B, T, H, d) without moving a number. How do you get to (B, H, T, d) from there?",
    ),
    Variant(
        "each head takes every H-th feature",
        was="unflatten(-1, (-1, self.d_head)).transpose(1, 2)",
        becomes="unflatten(-1, (self.d_head, -1)).permute(0, 3, 1, 2)",
        hint="Which features does head 0 have: the first d, or one in H?",
    ),
    Variant(
        "the heads are not put side by side",
        was="found.transpose(1, 2).flatten(-2)",
        becomes="found.reshape(x.shape)",
        hint="Which axis do the heads have, and which the tokens? Side by side are only neighbouring axes.",
    ),
    Variant(
        "there is no layer for the output",
        was="self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="found.transpose(1, 2).flatten(-2)",
        hint="What mixes what the heads found?",
    ),
    Variant(
        "tokens attend to earlier ones only",
        was="if mask is not None:\n            if mask.dim() == 3:",
        becomes="mask = torch.ones_like(x @ x.mT, dtype=torch.bool).tril() if mask is None else mask\n"
        "        if mask is not None:\n            if mask.dim() == 3:",
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
        "the mask pairs sequences with heads",
        was="if mask.dim() == 3:",
        becomes="if False:",
        hint="Broadcasting lines up axes from the end. Which axis of (B, H, T, T) does the first one of (B, T, T) "
        "meet?",
    ),
    Variant(
        "each mask gets an axis for the heads",
        was="if mask.dim() == 3:",
        becomes="if True:",
        hint="What does your code make of a mask (B, 1, 1, T), which has that axis already?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="torch.finfo(scores.dtype).min",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "a mask with two axes is taken for padding",
        was="if mask.dim() == 3:",
        becomes="if mask.dim() == 2 and len(mask) == len(x):\n"
        "                mask = mask[:, None, None]\n"
        "            if mask.dim() == 3:",
        hint="A batch may have as many sequences as there are tokens in each. Of which shape is a mask for padding here?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN\n"
        "        weights = scores.softmax(dim=-1)  # (B, H, T, T)\n"
        "        if mask is not None:\n"
        "            weights = weights.masked_fill(~mask, 0.0)",
        becomes="pass\n"
        "        weights = scores.softmax(dim=-1)\n"
        "        if mask is not None:\n"
        "            weights = weights.masked_fill(~mask, 0.0)\n"
        "            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)",
        hint="What is left for the visible tokens when a hidden one has by far the largest score?",
    ),
    Variant(
        "hidden tokens take part in the softmax",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "a token that may attend to nothing attends to all alike",
        was="weights = weights.masked_fill(~mask, 0.0)",
        becomes="pass",
        hint="When all scores of a row are equally small, what does the softmax make of them?",
    ),
    Variant(
        "a token that may attend to nothing gives NaN",
        was="weights = weights.masked_fill(~mask, 0.0)",
        becomes="weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
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
        "the weights are returned, too",
        was="return self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="return self.out_proj(found.transpose(1, 2).flatten(-2)), weights",
        hint="What should `forward` return?",
    ),
    Variant(
        "the output is float32",
        was="return self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="return self.out_proj(found.transpose(1, 2).flatten(-2)).float()",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the softmax is rounded to float32",
        was="weights = scores.softmax(dim=-1)",
        becomes="weights = scores.softmax(dim=-1, dtype=torch.float32).to(scores.dtype)",
        hint="Many models compute their softmax so. It is finer than half precision, but what does it do to float64?",
    ),
    Variant(
        "only one query head of a group teaches its keys",
        was="k = k.repeat_interleave(self.share, dim=1)",
        becomes="k = k.unsqueeze(2)\n"
        "        k = torch.cat([k, k.detach().expand(-1, -1, self.share - 1, -1, -1)], dim=2).flatten(1, 2)",
        hint="A shared key gets the sum of the gradients of all heads that use it. What does `detach` do to that?",
    ),
    Variant(
        "the weights carry no gradient",
        was="weights @ v",
        becomes="weights.detach() @ v",
        hint="How do the layers for queries and keys learn, if nothing of the loss reaches them?",
    ),
    Variant(
        "a width that cannot be divided among the heads is accepted",
        was="if d_model % num_heads != 0:",
        becomes="if False:",
        hint="How wide is each of 4 heads, if the width is 6?",
    ),
    Variant(
        "heads that cannot be divided among the groups are accepted",
        was="if num_heads % num_kv_heads != 0:",
        becomes="if False:",
        hint="How many of 4 heads are in each of 3 groups?",
    ),
    Variant(
        "the width is divided among the groups",
        was="if num_heads % num_kv_heads != 0:",
        becomes="if d_model % num_kv_heads != 0:",
        hint="What is put into groups: features or heads?",
    ),
    Variant(
        "the groups are divided among the heads",
        was="if num_heads % num_kv_heads != 0:",
        becomes="if num_kv_heads % num_heads != 0:",
        hint="There are fewer groups than heads. Which is to be a multiple of which?",
    ),
    Variant(
        "uneven heads fail an assertion",
        body="""
        assert d_model % num_heads == 0
        assert num_heads % num_kv_heads == 0
        self.d_head, self.share = d_model // num_heads, num_heads // num_kv_heads
        self.q_proj, self.out_proj = (nn.Linear(d_model, d_model, bias=False) for _ in range(2))
        self.k_proj, self.v_proj = (nn.Linear(d_model, num_kv_heads * self.d_head, bias=False) for _ in range(2))
        """,
        region=0,
        hint="Which exception does `assert` raise? Which one is asked for?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "a remainder above 0, of the width",
        was="d_model % num_heads != 0",
        becomes="d_model % num_heads > 0",
        reason="a remainder of positive numbers is never below 0",
    ),
    Equivalent(
        "a remainder above 0, of the heads",
        was="num_heads % num_kv_heads != 0",
        becomes="num_heads % num_kv_heads > 0",
        reason="a remainder of positive numbers is never below 0",
    ),
    Equivalent(
        "axis 2 instead of -2",
        was="flatten(-2)",
        becomes="flatten(2)",
        reason="of four axes they are the same one",
    ),
]
