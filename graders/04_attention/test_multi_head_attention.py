"""Multi-head attention: how heads are split and merged, which layer projects what, and masks of each shape."""

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


def attend(impl, state, sizes=(12, 3), **inputs):
    return load(impl.MultiHeadAttention(*sizes), state)(**inputs)


def attend_without_biases(impl, state, **inputs):
    return load(impl.MultiHeadAttention(12, 3, bias=False), state)(**inputs)


def attend_with_a_fixed_key_bias(impl, state, **inputs):
    # The softmax cancels the bias of `k_proj`: its gradient is 0 but for rounding, which differs from answer to answer.
    return attend(impl, {**state, "k_proj.bias": state["k_proj.bias"].detach()}, **inputs)


def make(impl, d_model, num_heads):
    impl.MultiHeadAttention(d_model, num_heads)


LAYERS = weights(lambda impl: impl.MultiHeadAttention(12, 3))
WITHOUT_BIASES = weights(lambda impl: impl.MultiHeadAttention(12, 3, bias=False))
FIVE_HEADS = weights(lambda impl: impl.MultiHeadAttention(10, 5))

CASES = [
    Case("self-attention", state=LAYERS, query=normal(2, 5, 12)),
    Case("cross-attention, no value given", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12)),
    Case("three different inputs", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), value=normal(2, 7, 12)),
    Case("a value, but no key", state=LAYERS, query=normal(2, 5, 12), value=normal(2, 5, 12)),
    Case("not contiguous", state=LAYERS, query=normal(5, 2, 12).transposed(0, 1)),
    Case(
        "five heads, one sequence",
        state=FIVE_HEADS,
        sizes=(10, 5),
        query=normal(1, 3, 10),
        key=normal(1, 8, 10),
        recall=True,
    ),
]

MASKED = [
    # As many sequences as queries, so that (T, S) could be read as (B, S).
    Case("(T, S)", state=LAYERS, query=normal(5, 5, 12), key=normal(5, 7, 12), mask=coin(5, 7)),
    Case("(B, T, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 5, 7)),
    Case("(B, T, S), as many sequences as heads", state=LAYERS, query=normal(3, 5, 12), mask=coin(3, 5, 5)),
    Case("(B, 1, T, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 1, 5, 7)),
    Case("(B, 1, 1, S)", state=LAYERS, query=normal(2, 5, 12), key=normal(2, 7, 12), mask=coin(2, 1, 1, 7)),
    Case(
        "hidden keys with the largest scores",
        state=LAYERS,
        query=normal(2, 5, 12),
        key=normal(2, 7, 12).map(huge_and_of_either_sign),
        mask=exactly([[True] * 5 + [False] * 2]),
        dtypes=["float32", "float64"],
    ),
    Case(
        "a query that may attend to nothing",
        state=LAYERS,
        query=normal(2, 5, 12),
        mask=coin(5, 5).map(nothing_for_the_second),
    ),
    Case(
        "(1, T, S), five heads",
        state=FIVE_HEADS,
        sizes=(10, 5),
        query=normal(4, 2, 10),
        key=normal(4, 6, 10),
        mask=coin(1, 2, 6),
        recall=True,
    ),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_without_biases(check):
    check.values(attend_without_biases, Case("without biases", state=WITHOUT_BIASES, query=normal(2, 5, 12)))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", MASKED, ids=str)
def test_masks(check, case):
    check.values(attend, case)


@pytest.mark.points(1)
def test_gradients(check):
    mask = coin(5, 7).map(nothing_for_the_second)
    inputs = {"query": normal(2, 5, 12), "key": normal(2, 7, 12), "value": normal(2, 7, 12), "mask": mask}
    check.gradients(attend_with_a_fixed_key_bias, Case("gradients", state=LAYERS, **inputs))


@pytest.mark.points(1)
def test_a_width_that_cannot_be_divided_is_refused(check):
    check.raises(ValueError, make, Case("a width of 8 for 3 heads", d_model=8, num_heads=3))


HINTS = [
    "After q_proj, the last axis has d_model numbers. How are they shared out among the heads, and on which axis must the heads stand so that each attends by itself?",
    "Head i of Vaswani et al., section 3.2.2, sees its own d_model / num_heads numbers. By which width is a score divided then? Which shape must a mask of (B, T, S) get so that it is the same for all heads of one batch entry?",
    "In forward: project; (B, T, D) to (B, H, T, d) by a view and a transpose; attention as in the exercise before; back to (B, T, D) by the way you came; out_proj.",
]

ALSO_RIGHT = [
    Variant(
        "layers made in a loop",
        region=0,
        body="""
        _, rest = divmod(d_model, num_heads)
        if rest:
            raise ValueError("d_model must be a multiple of num_heads")
        for name in "out", "v", "k", "q":
            self.add_module(f"{name}_proj", nn.Linear(d_model, d_model, bias))
        self.num_heads = num_heads
        self.scale = torch.rsqrt(torch.tensor(d_model / num_heads))
        """,
    ),
    Variant(
        "one head after the other",
        body="""
        if key is None:
            key = query
        if value is None:
            value = key
        q, k, v = self.q_proj(query), self.k_proj(key), self.v_proj(value)
        d = q.shape[-1] // self.num_heads
        found = []
        for start in range(0, q.shape[-1], d):
            part = slice(start, start + d)
            scores = torch.bmm(q[..., part], k[..., part].transpose(1, 2)) * d**-0.5
            if mask is not None:
                visible = mask[:, 0] if mask.dim() == 4 else mask
                scores = scores.masked_fill(visible.logical_not(), float("-inf"))
            found.append(torch.softmax(scores, -1).nan_to_num(0.0) @ v[..., part])
        return self.out_proj(torch.cat(found, dim=-1))
        """,
    ),
    Variant(
        "views and einsum",
        body="""
        key = query if key is None else key
        value = key if value is None else value
        B, T, D = query.shape
        S, H = key.shape[1], self.num_heads
        q = self.q_proj(query).view(B, T, H, D // H) / math.sqrt(D // H)
        k = self.k_proj(key).view(B, S, H, D // H)
        v = self.v_proj(value).view(B, S, H, D // H)
        scores = torch.einsum("bthd,bshd->bhts", q, k)
        if mask is None:
            mask = torch.ones(T, S, dtype=torch.bool, device=query.device)
        while mask.dim() < 4:
            mask = mask.unsqueeze(-3)
        scores = torch.where(mask, scores, torch.finfo(scores.dtype).min)
        exps = torch.exp(scores - scores.max(dim=-1, keepdim=True).values) * mask
        attended = exps / exps.sum(dim=-1, keepdim=True).clamp(min=torch.finfo(exps.dtype).tiny)
        return self.out_proj(torch.einsum("bhts,bshd->bthd", attended, v).reshape(B, T, D))
        """,
    ),
    Variant(
        "heads in the batch axis",
        body="""
        key = query if key is None else key
        value = key if value is None else value
        B, T, D = query.shape
        S, H = key.size(1), self.num_heads

        def split(x):
            return x.reshape(B, -1, H, D // H).permute(0, 2, 1, 3).reshape(B * H, -1, D // H)

        q, k, v = split(self.q_proj(query)), split(self.k_proj(key)), split(self.v_proj(value))
        scores = torch.zeros(B * H, T, S, dtype=q.dtype, device=q.device)
        if mask is not None:
            mask = mask.squeeze(1) if mask.dim() == 4 else mask
            mask = mask.expand(B, T, S).repeat_interleave(H, dim=0)
            scores[~mask] = torch.finfo(q.dtype).min
        scores = torch.baddbmm(scores, q, k.transpose(1, 2), alpha=(D // H) ** -0.5)
        attended = scores.softmax(-1)
        if mask is not None:
            attended = attended * mask
        found = torch.bmm(attended, v).view(B, H, T, D // H).swapaxes(1, 2).contiguous().view(B, T, D)
        return self.out_proj(found)
        """,
    ),
    Variant(
        "each head adds its share of the output, in float64",
        body="""
        key = query if key is None else key
        value = key if value is None else value
        q = self.q_proj(query).double().tensor_split(self.num_heads, dim=-1)
        k = self.k_proj(key).double().tensor_split(self.num_heads, dim=-1)
        v = self.v_proj(value).double().tensor_split(self.num_heads, dim=-1)
        mixers = self.out_proj.weight.double().tensor_split(self.num_heads, dim=1)
        output = 0 if self.out_proj.bias is None else self.out_proj.bias.double()
        for q_h, k_h, v_h, mixer in zip(q, k, v, mixers):
            scores = q_h @ k_h.mT / q_h.shape[-1] ** 0.5
            if mask is not None:
                visible = mask.squeeze(-3) if mask.dim() == 4 else mask
                nothing = ~visible.any(-1, keepdim=True)
                scores = scores.masked_fill(~(visible | nothing), -math.inf)
                attended = scores.softmax(-1).masked_fill(nothing, 0.0)
            else:
                attended = scores.softmax(-1)
            output = output + attended @ v_h @ mixer.T
        return output.to(query.dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the width is not checked",
        was="if d_model % num_heads:",
        becomes="if False:",
        hint="What is the width of a head if 8 features are shared by 3 of them?",
    ),
    Variant(
        "an assertion instead of a ValueError",
        was="if d_model % num_heads:\n            raise ValueError(f",
        becomes="if d_model % num_heads:\n            raise AssertionError(f",
        hint="`assert` is for your own mistakes and can be turned off. Which exception is for wrong arguments?",
    ),
    Variant(
        "all layers have a bias, whatever `bias` says",
        was=", bias=bias",
        becomes="",
        hint="Where does the argument `bias` go?",
    ),
    Variant(
        "`out_proj` has a bias, whatever `bias` says",
        was="self.out_proj = nn.Linear(d_model, d_model, bias=bias)",
        becomes="self.out_proj = nn.Linear(d_model, d_model)",
        hint="For how many of the four layers does `bias` count?",
    ),
    Variant(
        "query, key and value in one layer",
        region=0,
        body="""
        if d_model % num_heads:
            raise ValueError
        self.num_heads = num_heads
        self.qkv_proj = nn.Linear(d_model, 3 * d_model, bias=bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=bias)
        """,
        hint="One large layer is faster, but cannot take a key that is another tensor than the query. Which layers are "
        "asked for?",
    ),
    Variant(
        "each projection has the width of one head",
        region=0,
        body="""
        if d_model % num_heads:
            raise ValueError
        self.num_heads = num_heads
        self.q_proj = nn.Linear(d_model, d_model // num_heads, bias=bias)
        self.k_proj = nn.Linear(d_model, d_model // num_heads, bias=bias)
        self.v_proj = nn.Linear(d_model, d_model // num_heads, bias=bias)
        self.out_proj = nn.Linear(d_model // num_heads, d_model, bias=bias)
        """,
        hint="Each head has projections of its own. How wide is a layer that computes those of all heads at once?",
    ),
    Variant(
        "the scale is a buffer",
        was="self.num_heads = num_heads",
        becomes='self.num_heads = num_heads\n        self.register_buffer("scale", torch.tensor(d_model / num_heads) ** -0.5)',
        hint="A buffer is saved with the weights. Is there need for one, if the scale follows from the shape?",
    ),
    Variant(
        "one layer projects query, key and value",
        was="self.k_proj = nn.Linear(d_model, d_model, bias=bias)\n"
        "        self.v_proj = nn.Linear(d_model, d_model, bias=bias)",
        becomes="self.k_proj = self.v_proj = self.q_proj",
        hint="Three names for one object have one weight. How many layers are there to be?",
    ),
    Variant(
        "key and value change layers",
        was="self.k_proj(key)",
        becomes="self.v_proj(key)",
        hint="Which layer does the key go through?",
    ),
    Variant(
        "the key goes through the layer of the query",
        was="self.k_proj(key)",
        becomes="self.q_proj(key)",
        hint="Which layer does the key go through?",
    ),
    Variant(
        "the value is not projected",
        was="self.v_proj(value)",
        becomes="value",
        hint="Three projections come before the heads. Where is that of the value?",
    ),
    Variant(
        "the heads are not mixed",
        was="self.out_proj(found.transpose(1, 2).flatten(2))",
        becomes="found.transpose(1, 2).flatten(2)",
        hint="What does the matrix W^O do in the formula?",
    ),
    Variant(
        "a key that is passed is ignored",
        was="key = query if key is None else key",
        becomes="key = query",
        hint="In cross-attention, where do keys and values come from?",
    ),
    Variant(
        "a value that is passed is ignored",
        was="value = key if value is None else value",
        becomes="value = key",
        hint="Key and value may be different tensors.",
    ),
    Variant(
        "a value without a key is ignored",
        was="key = query if key is None else key\n        value = key if value is None else value",
        becomes="if key is None:\n            key = value = query\n        value = key if value is None else value",
        hint="Without a key, the query stands for it. Does it stand for a value that was passed, too?",
    ),
    Variant(
        "the value defaults to the query",
        was="value = key if value is None else value",
        becomes="value = query if value is None else value",
        hint="A weight belongs to a key. If there are S keys, how many values must there be?",
    ),
    Variant(
        "a key without a value is ignored",
        was="key = query if key is None else key",
        becomes="key = query if key is None or value is None else key",
        hint="`key` and `value` have each a default of its own. Which values belong to a key that comes alone?",
    ),
    Variant(
        "a tensor is asked whether it is true",
        was="key = query if key is None else key",
        becomes="key = key or query",
        hint="`key or query` needs to know whether `key` is true. How do you ask whether it is None?",
    ),
    Variant(
        "the heads are cut out of the wrong axis",
        was=".unflatten(-1, (self.num_heads, -1)).transpose(1, 2)",
        becomes=".reshape(len(query), self.num_heads, -1, query.shape[-1] // self.num_heads)",
        hint="`reshape` keeps the numbers in their order in memory. With the heads before the tokens, does head 0 get the "
        "first d features of every token, or all features of the first tokens?",
    ),
    Variant(
        "the heads take every H-th feature",
        body="""
        key = query if key is None else key
        value = key if value is None else value
        q = self.q_proj(query).unflatten(-1, (-1, self.num_heads)).permute(0, 3, 1, 2)
        k = self.k_proj(key).unflatten(-1, (-1, self.num_heads)).permute(0, 3, 1, 2)
        v = self.v_proj(value).unflatten(-1, (-1, self.num_heads)).permute(0, 3, 1, 2)
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if mask is not None:
            if mask.dim() == 3:
                mask = mask.unsqueeze(1)
            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
        weights = scores.softmax(dim=-1)
        if mask is not None:
            weights = weights.masked_fill(~mask, 0.0)
        return self.out_proj((weights @ v).permute(0, 2, 3, 1).flatten(2))
        """,
        hint="Which features belong to head 0, the first d or every H-th? Which of (H, d) and (d, H) is it?",
    ),
    Variant(
        "the number of heads and their width change places",
        was="self.num_heads = num_heads",
        becomes="self.num_heads = d_model // num_heads",
        hint="With a width of 12 and 3 heads, how wide is a head? How many heads do you make?",
    ),
    Variant(
        "the heads are interleaved at the end",
        was="found.transpose(1, 2).flatten(2)",
        becomes="found.permute(0, 2, 3, 1).flatten(2)",
        hint="Put side by side: first all features of head 0, then all of head 1. In which order are your axes flattened?",
    ),
    Variant(
        "the heads are put together without moving their axis back",
        was="found.transpose(1, 2).flatten(2)",
        becomes="found.reshape(query.shape)",
        hint="In (B, H, T, d), which numbers come next to each other in memory? Are they the features of one token?",
    ),
    Variant(
        "`view` after a transposition",
        was="found.transpose(1, 2).flatten(2)",
        becomes="found.transpose(1, 2).view(query.shape)",
        hint="After a transposition the numbers are no longer in order in memory. What does `view` need, and what copies?",
    ),
    Variant(
        "the heads of a token attend to each other",
        was=".transpose(1, 2)",
        becomes="",
        hint="What do the axes of the scores stand for? They should be queries and keys, for each head.",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="self.q_proj(query)",
        becomes="self.q_proj(query.view(-1, query.shape[-1])).view(query.shape)",
        hint="`nn.Linear` takes any leading axes. Is there need to change the shape?",
    ),
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(q.shape[-1])",
        becomes="",
        hint="What are the scores divided by in the formula?",
    ),
    Variant(
        "the scores are scaled by the width of the model",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(query.shape[-1])",
        hint="A score is a sum of how many products? D or d?",
    ),
    Variant(
        "the scores are scaled by the number of heads",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(self.num_heads)",
        hint="A score is a sum of how many products? H or d?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="softmax(dim=-1)",
        becomes="softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (B, H, T, S) is that?",
    ),
    Variant(
        "the softmax goes over the heads",
        was="softmax(dim=-1)",
        becomes="softmax(dim=1)",
        hint="The weights of one query sum to one. Along which axis of (B, H, T, S) is that?",
    ),
    Variant(
        "the weights are returned as well",
        was="return self.out_proj(found.transpose(1, 2).flatten(2))",
        becomes="return self.out_proj(found.transpose(1, 2).flatten(2)), weights",
        hint="What does `forward` return, according to the statement?",
    ),
    Variant(
        "the attention is computed in float32",
        was="scores = q @ k.mT / math.sqrt(q.shape[-1])",
        becomes="scores = (q.float() @ k.float().mT / math.sqrt(q.shape[-1])).to(q.dtype)",
        hint="How many digits are left of a float64 number after `.float()`?",
    ),
    Variant(
        "the output is float32",
        was="return self.out_proj(found.transpose(1, 2).flatten(2))",
        becomes="return self.out_proj(found.transpose(1, 2).flatten(2)).float()",
        hint="Which dtype went in? The same should come out.",
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
        "the mask counts for the first head only",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="mask = mask.expand(*scores.shape) | (torch.arange(self.num_heads, device=mask.device) > 0)[:, None, None]\n"
        "            scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        hint="All heads have the same mask.",
    ),
    Variant(
        "a mask for each sequence is taken for one for each head",
        was="if mask.dim() == 3:",
        becomes="if False:",
        hint="Broadcasting lines axes up from the right. Which axis of (B, H, T, S) does the B of (B, T, S) meet?",
    ),
    Variant(
        "the mask is repeated in the wrong order",
        was="if mask.dim() == 3:\n                mask = mask.unsqueeze(1)",
        becomes="if mask.dim() == 3:\n"
        "                mask = mask.repeat(self.num_heads, 1, 1).view(len(query), self.num_heads, *mask.shape[1:])",
        hint="`repeat` gives masks 0 1 0 1 0 1, `repeat_interleave` 0 0 0 1 1 1. In which order are heads and sequences?",
    ),
    Variant(
        "a mask of two axes is taken for one of three",
        was="if mask.dim() == 3:",
        becomes="if mask.dim() < 4:",
        hint="What do the axes of (T, S) meet after `unsqueeze(1)`?",
    ),
    Variant(
        "a mask of four axes gets a fifth",
        was="if mask.dim() == 3:",
        becomes="if mask.dim() > 2:",
        hint="(B, 1, T, S) has its axis for the heads already.",
    ),
    Variant(
        "an axis of length 1 in the mask is not stretched",
        was="if mask.dim() == 3:\n                mask = mask.unsqueeze(1)",
        becomes="if mask.dim() > 2:\n                mask = mask.reshape(len(query), 1, *scores.shape[-2:])",
        hint="`reshape` cannot make 7 numbers into 35. What can?",
    ),
    Variant(
        "the mask of the caller gets another axis",
        was="mask = mask.unsqueeze(1)",
        becomes="mask.unsqueeze_(1)",
        hint="A method that ends in an underscore changes its tensor. Whose is it?",
    ),
    Variant(
        "a mask with two axes is taken for padding",
        was="if mask.dim() == 3:",
        becomes="if mask.dim() == 2 and len(mask) == len(query):\n"
        "                mask = mask[:, None, None]\n"
        "            if mask.dim() == 3:",
        hint="A batch may have as many sequences as there are queries in each. Of which shape is a mask for padding here?",
    ),
    Variant(
        "hidden weights are removed after the softmax and the rest divided by its sum",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)  # as good as -inf, without its NaN\n"
        "        weights = scores.softmax(dim=-1)  # (B, H, T, S)\n"
        "        if mask is not None:\n"
        "            weights = weights.masked_fill(~mask, 0.0)",
        becomes="pass\n"
        "        weights = scores.softmax(dim=-1)\n"
        "        if mask is not None:\n"
        "            weights = weights.masked_fill(~mask, 0.0)\n"
        "            weights = weights / weights.sum(dim=-1, keepdim=True).clamp(min=1e-30)",
        hint="What is left for the visible keys when a hidden one has by far the largest score?",
    ),
    Variant(
        "hidden keys take part in the softmax",
        was="scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)",
        becomes="pass",
        hint="Do the weights that are left sum to one?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="torch.finfo(scores.dtype).min",
        becomes="0.0",
        hint="What is exp(0)? Is the sum over the visible keys what it should be?",
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
        "a query that may attend to nothing gives zeros after `out_proj`",
        was="return self.out_proj(found.transpose(1, 2).flatten(2))",
        becomes="nothing = (weights == 0).all(dim=-1).all(dim=1).unsqueeze(-1)\n"
        "        return self.out_proj(found.transpose(1, 2).flatten(2)).masked_fill(nothing, 0.0)",
        hint="It is the heads that find nothing. What does `out_proj` make of zeros?",
    ),
    Variant(
        "no gradient goes through the weights",
        was="found = weights @ v",
        becomes="found = weights.detach() @ v",
        hint="How do `q_proj` and `k_proj` learn, if nothing of the loss reaches them?",
    ),
]

EQUIVALENT: list[Equivalent] = []
