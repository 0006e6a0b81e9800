"""Cross-attention: who asks and who answers, different widths and lengths, heads, and padding in the context."""

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


def attend(impl, state, x, context, sizes=(6, 5, 2), **options):
    return load(impl.CrossAttention(*sizes), state)(x, context, **options)


def attend_with_three_heads(impl, state, x, context):
    return load(impl.CrossAttention(6, 6, 3), state)(x, context)


def attend_to_learn(impl, state, x, context, context_mask):
    # The bias of the keys adds one number to all scores of a query, which the softmax takes out again. So its gradient
    # is 0 but for rounding, which differs between right answers: it is left out.
    learning = {**state, "k_proj.bias": state["k_proj.bias"].detach()}
    return attend(impl, learning, x, context, context_mask=context_mask)


def make(impl, d_model, d_context, num_heads):
    return [tuple(weight.shape) for weight in impl.CrossAttention(d_model, d_context, num_heads).parameters()]


STATE = weights(lambda impl: impl.CrossAttention(6, 5, 2))
THREE_HEADS = weights(lambda impl: impl.CrossAttention(6, 6, 3))
FOUR_HEADS = weights(lambda impl: impl.CrossAttention(8, 9, 4))

CASES = [
    (attend, Case("a longer, narrower context", state=STATE, x=normal(3, 4, 6), context=normal(3, 7, 5))),
    (
        attend_with_three_heads,
        Case("sequence and context of one shape", state=THREE_HEADS, x=normal(2, 4, 6), context=normal(2, 4, 6)),
    ),
    (
        attend,
        Case(
            "four heads, one token, a wider context",
            state=FOUR_HEADS,
            sizes=(8, 9, 4),
            x=normal(5, 1, 8),
            context=normal(5, 3, 9),
            recall=True,
        ),
    ),
]

MASKED = [
    Case("padding", state=STATE, x=normal(3, 4, 6), context=normal(3, 7, 5), context_mask=coin(3, 7)),
    Case(
        "as many sequences as heads, contexts as long as the sequences",
        state=STATE,
        x=normal(2, 4, 6),
        context=normal(2, 4, 5),
        context_mask=exactly([[False, True, True, False], [True, False, True, True]]),
    ),
    Case(
        "padding with the largest scores",
        state=STATE,
        x=normal(2, 4, 6),
        context=normal(2, 6, 5).map(huge_and_of_either_sign),
        context_mask=exactly([[True] * 4 + [False] * 2] * 2),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a context of nothing but padding",
        state=STATE,
        x=normal(3, 4, 6),
        context=normal(3, 7, 5),
        context_mask=coin(3, 7).map(nothing_for_the_second),
    ),
    Case(
        "four heads, a context shorter than the sequence",
        state=FOUR_HEADS,
        sizes=(8, 9, 4),
        x=normal(2, 6, 8),
        context=normal(2, 3, 9),
        context_mask=coin(2, 3),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_padding(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
def test_gradients(check):
    mask = coin(3, 7).map(nothing_for_the_second)
    inputs = {"x": normal(3, 4, 6), "context": normal(3, 7, 5), "context_mask": mask}
    # In half precision no gradient is held to its numbers, so the two dtypes in which it is are enough.
    check.gradients(attend_to_learn, Case("gradients", state=STATE, **inputs, dtypes=["float32", "float64"]))


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(ValueError, make, Case("a width of 6 for 4 heads", d_model=6, d_context=8, num_heads=4))


HINTS = [
    (
        "Who asks and who is asked? Which of the four layers gets x, and which gets the context? How wide is each of "
        "these?"
    ),
    (
        "Which four axes have the scores, and how many numbers does each of them have? `context_mask` has two of "
        "these: where do the other two have to come in, so that each padding token is hidden in all heads and for all "
        "queries?"
    ),
    (
        "About twelve lines: queries of x, keys and values of the context, each (B, heads, tokens, d); the scores "
        "over the root of d; the mask with two more axes; the lowest number a score can be where there is padding; "
        "the softmax along the context; zeros where there is padding; the weights times the values; the heads side by "
        "side; the last layer."
    ),
]

ALSO_RIGHT = [
    Variant(
        "one head after the other",
        body="""
        q, k, v = self.q_proj(x), self.k_proj(context), self.v_proj(context)
        d = q.shape[-1] // self.num_heads
        found = []
        for head in range(self.num_heads):
            features = slice(head * d, (head + 1) * d)
            scores = q[..., features] @ k[..., features].transpose(1, 2) * d**-0.5
            if context_mask is not None:
                scores = scores.masked_fill(~context_mask.unsqueeze(1), -math.inf)
            weights = torch.softmax(scores, -1)
            if context_mask is not None:
                weights = torch.where(context_mask.unsqueeze(1), weights, 0.0)
            found.append(weights @ v[..., features])
        return self.out_proj(torch.cat(found, dim=-1))
        """,
    ),
    Variant(
        "einsum, and a softmax by hand",
        body="""
        (B, T, D), H = x.shape, self.num_heads
        q = self.q_proj(x).reshape(B, T, H, D // H) / math.sqrt(D // H)
        k = self.k_proj(context).view(B, -1, H, D // H)
        v = self.v_proj(context).view(B, -1, H, D // H)
        scores = torch.einsum("bthd,bshd->bhts", q, k)
        if context_mask is not None:
            scores = scores.masked_fill(~context_mask.view(B, 1, 1, -1), -math.inf)
        top = scores.detach().max(dim=-1, keepdim=True).values.clamp(min=torch.finfo(scores.dtype).min)
        exps = torch.exp(scores - top)
        total = exps.sum(-1, keepdim=True)
        found = torch.einsum("bhts,bshd->bthd", exps / total.where(total > 0, 1.0), v)
        return self.out_proj(found.reshape(B, T, D))
        """,
    ),
    Variant(
        "one sequence after the other, without its padding",
        body="""
        rows = []
        for b, (one, other) in enumerate(zip(x, context)):
            if context_mask is not None:
                other = other[context_mask[b]]
            parts = [self.q_proj(one), self.k_proj(other), self.v_proj(other)]
            q, k, v = (part.unflatten(-1, (self.num_heads, -1)).transpose(0, 1) for part in parts)
            weights = torch.softmax(q @ k.mT / q.shape[-1] ** 0.5, dim=-1)
            rows.append(self.out_proj((weights @ v).transpose(0, 1).flatten(1)))
        return torch.stack(rows)
        """,
    ),
    Variant(
        "computes in float64, with a mask that is added",
        body="""
        def heads(features):
            return features.double().unflatten(-1, (self.num_heads, -1)).movedim(-2, 1)
        q, k, v = heads(self.q_proj(x)), heads(self.k_proj(context)), heads(self.v_proj(context))
        scores = torch.matmul(q, k.transpose(-2, -1)) / math.sqrt(q.shape[-1])
        if context_mask is None:
            found = scores.softmax(-1) @ v
        else:
            padding = torch.zeros_like(context_mask, dtype=torch.float64).masked_fill(~context_mask, -1e300)
            found = (scores + padding[:, None, None]).softmax(-1) @ v
            found = found * context_mask.any(dim=1)[:, None, None, None]
        return self.out_proj(found.movedim(1, -2).flatten(-2).to(x.dtype))
        """,
    ),
]

MISTAKES = [
    Variant(
        "the context asks",
        body="""
        heads = (self.num_heads, -1)
        q = self.k_proj(context).unflatten(-1, heads).transpose(1, 2)
        k = self.q_proj(x).unflatten(-1, heads).transpose(1, 2)
        v = self.v_proj(context).unflatten(-1, heads).transpose(1, 2)
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        return self.out_proj((scores.mT.softmax(dim=-2) @ v).transpose(1, 2).flatten(-2))
        """,
        hint="Who looks at whom? For each token of x, the weights of the context's tokens sum to one.",
    ),
    Variant(
        "the keys are made from x",
        was="self.k_proj(context)",
        becomes="self.k_proj(x)",
        hint="A query is compared with what is looked at. What is that?",
    ),
    Variant(
        "the values are made from x",
        was="self.v_proj(context)",
        becomes="self.v_proj(x)",
        hint="What is taken in comes from what is looked at. What is that?",
    ),
    Variant(
        "the queries are made from the context",
        was="self.q_proj(x)",
        becomes="self.q_proj(context)",
        hint="Who looks? The output has a row for each of its tokens.",
    ),
    Variant(
        "the values are made by the layer for keys",
        was="self.v_proj(context)",
        becomes="self.k_proj(context)",
        hint="Which layer makes the values?",
    ),
    Variant(
        "the context has to be as wide as the sequence",
        was="nn.Linear(d_context, d_model)",
        becomes="nn.Linear(d_model, d_model)",
        hint="How wide is what goes into the layers for keys and values?",
    ),
    Variant(
        "the keys are as wide as the context",
        was="self.k_proj = nn.Linear(d_context, d_model)",
        becomes="self.k_proj = nn.Linear(d_context, d_context)",
        hint="Queries and keys are multiplied with each other. Which width do they have in common?",
    ),
    Variant(
        "the two widths are swapped",
        was="nn.Linear(d_context, d_model)",
        becomes="nn.Linear(d_model, d_context)",
        hint="`nn.Linear` takes the width of what comes in first. What comes in?",
    ),
    Variant(
        "queries, keys and values have no bias",
        body="""
        if d_model % num_heads != 0:
            raise ValueError
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model, bias=False)
        self.k_proj = nn.Linear(d_context, d_model, bias=False)
        self.v_proj = nn.Linear(d_context, d_model, bias=False)
        self.out_proj = nn.Linear(d_model, d_model)
        """,
        region=0,
        hint="Some models leave these biases out. Does the formula?",
    ),
    Variant(
        "there is no layer for the output",
        was="self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="found.transpose(1, 2).flatten(-2)",
        hint="What mixes what the heads found?",
    ),
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(q.shape[-1])",
        becomes="",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scale is taken from the width of the sequence",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(x.shape[-1])",
        hint="Over how many products does a score sum in one head?",
    ),
    Variant(
        "the scale is taken from the width of the context",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(context.shape[-1])",
        hint="Over how many products does a score sum in one head?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="scores.softmax(dim=-1)",
        becomes="scores.softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (B, H, T, S) is that?",
    ),
    Variant(
        "the softmax goes over the heads",
        was="scores.softmax(dim=-1)",
        becomes="scores.softmax(dim=1)",
        hint="Each head has weights of its own. Along which axis of (B, H, T, S) do they sum to one?",
    ),
    Variant(
        "the heads are cut from the tokens, not from the features",
        was="self.num_heads, -1)\n        q = self.q_proj(x).unflatten(-1, heads).transpose(1, 2)",
        becomes="x.shape[0], self.num_heads, -1, self.q_proj.out_features // self.num_heads)\n"
        "        q = self.q_proj(x).reshape(heads)",
        hint="(B, T, D) becomes (B, T, H, d) without moving a number. How do you get to (B, H, T, d) from there?",
    ),
    Variant(
        "each head takes every H-th feature",
        was="unflatten(-1, heads).transpose(1, 2)",
        becomes="unflatten(-1, heads[::-1]).permute(0, 3, 1, 2)",
        hint="Which features does head 0 have: the first d, or one in H?",
    ),
    Variant(
        "the heads are not put side by side",
        was="found.transpose(1, 2).flatten(-2)",
        becomes="found.reshape(x.shape)",
        hint="Which axis do the heads have, and which the tokens? Side by side are only neighbouring axes.",
    ),
    Variant(
        "the features of the heads are put together in turns",
        was="found.transpose(1, 2).flatten(-2)",
        becomes="found.permute(0, 2, 3, 1).flatten(-2)",
        hint="Which order of features does the last layer expect: all of head 0 first, or feature 0 of all heads?",
    ),
    Variant(
        "there is only one head",
        was="heads = (self.num_heads, -1)",
        becomes="heads = (1, -1)",
        hint="How many heads are asked for?",
    ),
    Variant(
        "the context is taken to be as long as the sequence",
        was="k = self.k_proj(context).unflatten(-1, heads)",
        becomes="k = self.k_proj(context).reshape(*x.shape[:2], self.num_heads, -1)",
        hint="From which tensor do you read the number of keys?",
    ),
    Variant(
        "the padding is ignored",
        was="if context_mask is not None:",
        becomes="if False:",
        hint="What should be the weight of a token where the mask is False?",
    ),
    Variant(
        "a mask is needed",
        was="if context_mask is not None:",
        becomes="if True:",
        hint="What is `context_mask` when nobody hands one in? What is to be hidden then?",
    ),
    Variant(
        "the mask becomes numbers in float32, whatever the inputs are",
        was="scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)",
        becomes="scores = scores + torch.zeros(hidden.shape, device=x.device).masked_fill(hidden, -1e9)",
        hint="Which dtype have new tensors, if you do not say? What happens when bfloat16 and that are added?",
    ),
    Variant(
        "the mask is the wrong way round",
        was="~context_mask",
        becomes="context_mask",
        hint="True means a real token. Which entries does `masked_fill` overwrite?",
    ),
    Variant(
        "the mask pairs sequences with heads",
        was="context_mask[:, None, None, :]",
        becomes="context_mask[:, None, :]",
        hint="Broadcasting lines up axes from the end. Which axis of (B, H, T, S) does the first one of (B, 1, S) "
        "meet?",
    ),
    Variant(
        "the mask pairs sequences with queries",
        was="context_mask[:, None, None, :]",
        becomes="context_mask",
        hint="Broadcasting lines up axes from the end. Which axis of (B, H, T, S) does the first one of (B, S) meet?",
    ),
    Variant(
        "the mask hides queries instead of keys",
        was="context_mask[:, None, None, :]",
        becomes="context_mask[:, None, :, None]",
        hint="Which axis of (B, H, T, S) are the tokens of the context?",
    ),
    Variant(
        "the mask of the first sequence is used for all",
        was="context_mask[:, None, None, :]",
        becomes="context_mask[0]",
        hint="Each context has padding of its own.",
    ),
    Variant(
        "padding is hidden in the first head only",
        was="hidden = ~context_mask[:, None, None, :]",
        becomes="hidden = ~context_mask[:, None, None, :] & (torch.ones_like(scores).cumsum(1) == 1)",
        hint="In how many heads is padding hidden?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="torch.finfo(scores.dtype).min",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "padding is set to 0 in the context",
        body="""
        heads = (self.num_heads, -1)
        if context_mask is not None:
            context = context * context_mask.unsqueeze(-1)
        q = self.q_proj(x).unflatten(-1, heads).transpose(1, 2)
        k, v = (p(context).unflatten(-1, heads).transpose(1, 2) for p in (self.k_proj, self.v_proj))
        weights = (q @ k.mT / math.sqrt(q.shape[-1])).softmax(dim=-1)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(-2))
        """,
        hint="Which key does a token of zeros have, with the bias? Which weight does the softmax give it?",
    ),
    Variant(
        "padding takes part in the softmax",
        was="scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "the weights of padding are removed after the softmax and the rest divided by its sum",
        was="scores = scores.masked_fill(hidden, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN\n"
        "        weights = scores.softmax(dim=-1)  # (B, H, T, S)\n"
        "        if context_mask is not None:\n"
        "            weights = weights.masked_fill(hidden, 0.0)",
        becomes="pass\n"
        "        weights = scores.softmax(dim=-1)\n"
        "        if context_mask is not None:\n"
        "            weights = weights.masked_fill(hidden, 0.0)\n"
        "            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)",
        hint="What is left for the real tokens when one of the padding has by far the largest score?",
    ),
    Variant(
        "nothing but padding is attended to all alike",
        was="weights = weights.masked_fill(hidden, 0.0)",
        becomes="pass",
        hint="When all scores of a row are equally small, what does the softmax make of them?",
    ),
    Variant(
        "nothing but padding gives NaN",
        was="weights = weights.masked_fill(hidden, 0.0)",
        becomes="weights = scores.masked_fill(hidden, -math.inf).softmax(dim=-1)",
        hint="The softmax of a row of nothing but -inf is 0 / 0. What should come out there?",
    ),
    Variant(
        "nothing but padding gives gradients of NaN",
        was="scores.masked_fill(hidden, torch.finfo(scores.dtype).min)",
        becomes="scores + torch.zeros_like(scores).masked_fill(hidden, -math.inf)",
        hint="The softmax of a row of nothing but -inf is NaN. Weights are set to 0 afterwards: does this help its "
        "gradient?",
    ),
    Variant(
        "nothing but padding gives zeros after the last layer, too",
        was="return self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="out = self.out_proj(found.transpose(1, 2).flatten(-2))\n"
        "        return out if context_mask is None else out * context_mask.any(-1)[:, None, None]",
        hint="The heads give zeros. What does the last layer make of zeros?",
    ),
    Variant(
        "the mask is changed in place",
        was="~context_mask[:, None, None, :]",
        becomes="context_mask.logical_not_()[:, None, None, :]",
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
        "the context gets no gradient",
        was="heads = (self.num_heads, -1)",
        becomes="heads, context = (self.num_heads, -1), context.detach()",
        hint="What made the context should learn, too. Does anything of the loss reach it?",
    ),
    Variant(
        "the weights carry no gradient",
        was="weights @ v",
        becomes="weights.detach() @ v",
        hint="How do the layers for queries and keys learn, if nothing of the loss reaches them?",
    ),
    Variant(
        "uneven heads are accepted",
        was="if d_model % num_heads != 0:",
        becomes="if False:",
        hint="How wide is each of 4 heads, if the width is 6?",
    ),
    Variant(
        "uneven heads fail an assertion",
        was='raise ValueError(f"a width of {d_model} cannot be divided evenly among {num_heads} heads")',
        becomes="assert d_model % num_heads == 0",
        hint="Which exception does `assert` raise? Which one is asked for?",
    ),
    Variant(
        "the width of the context has to divide evenly among the heads, too",
        was="if d_model % num_heads != 0:",
        becomes="if d_model % num_heads != 0 or d_context % num_heads != 0:",
        hint="Does a context 5 wide get in the way of 2 heads? What is cut into heads?",
    ),
    Variant(
        "the width of the context is divided among the heads",
        was="if d_model % num_heads != 0:",
        becomes="if d_context % num_heads != 0:",
        hint="Which width is cut into heads, that of the projections or that of the context?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "a remainder above 0",
        was="!= 0",
        becomes="> 0",
        reason="a remainder of positive numbers is never below 0",
    ),
    Equivalent(
        "axis 2 instead of -2",
        was="flatten(-2)",
        becomes="flatten(2)",
        reason="of four axes they are the same one",
    ),
]
