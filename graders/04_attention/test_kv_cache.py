"""Attention with a key-value cache: at once, behind a cache, in pieces of any length, and the work of a step."""

import pytest

from kata.grading import Case, Equivalent, Variant, load, normal, weights

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*"])

# The ways to cut four tokens into pieces.
CUTS = [(4,), (1, 3), (2, 2), (3, 1), (1, 1, 2), (1, 2, 1), (2, 1, 1), (1, 1, 1, 1)]


def attend(impl, state, x, cache=None, sizes=(6, 2)):
    return load(impl.CachedAttention(*sizes), state)(x, cache)


def attend_with_three_heads_and_no_cache(impl, state, x):
    return load(impl.CachedAttention(6, 3), state)(x)


def cut_in_every_way(impl, state, x, cuts):
    """The outputs for each way of cutting, and the cache that is left."""
    module, found = load(impl.CachedAttention(6, 2), state), {}
    for cut in cuts:
        outputs, cache = [], None
        for piece in x.split(cut, dim=1):
            result = module(piece, cache)
            outputs.append(result[0])
            cache = result[1]
        found[str(cut)] = {"outputs": outputs, "cache": cache}
    return found


def continue_in_two_ways(impl, state, x, one, other):
    module = load(impl.CachedAttention(6, 2), state)
    begun = module(x)
    return {"x": begun, "one": module(one, begun[1]), "other": module(other, begun[1]), "one_alone": module(one)}


def make(impl, d_model, num_heads):
    return [tuple(weight.shape) for weight in impl.CachedAttention(d_model, num_heads).parameters()]


def cache_of(S):
    return (normal(2, 2, S, 3), normal(2, 2, S, 3))


STATE = weights(lambda impl: impl.CachedAttention(6, 2))

CASES = [
    (attend_with_three_heads_and_no_cache, Case("one whole sequence", state=STATE, x=normal(1, 5, 6))),
    (attend, Case("one token behind a cache of four", state=STATE, x=normal(2, 1, 6), cache=cache_of(4))),
    (attend, Case("three tokens behind a cache of four", state=STATE, x=normal(2, 3, 6), cache=cache_of(4))),
    (
        attend,
        Case(
            "five tokens behind a cache of two, four heads",
            state=weights(lambda impl: impl.CachedAttention(8, 4)),
            sizes=(8, 4),
            x=normal(3, 5, 8),
            cache=(normal(3, 4, 2, 2), normal(3, 4, 2, 2)),
            recall=True,
        ),
    ),
]

# In one dtype: what the others would show, they show in the cases above.
PIECES = [
    (
        cut_in_every_way,
        Case("four tokens, cut in every way", state=STATE, x=normal(2, 4, 6), cuts=CUTS, dtypes=["float32"]),
    ),
    (
        continue_in_two_ways,
        Case(
            "one beginning, continued in two ways",
            state=STATE,
            x=normal(2, 4, 6),
            one=normal(2, 3, 6),
            other=normal(2, 3, 6),
            dtypes=["float32"],
        ),
    ),
    (
        cut_in_every_way,
        Case(
            "seven tokens, cut in other ways",
            state=STATE,
            x=normal(3, 7, 6),
            cuts=[(7,), (5, 2), (1, 2, 4), (3, 3, 1)],
            dtypes=["float32"],
            recall=True,
        ),
    ),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("scenario, case", CASES, ids=[str(case) for _, case in CASES])
def test_values(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("scenario, case", PIECES, ids=[str(case) for _, case in PIECES])
def test_pieces(check, scenario, case):
    check.values(scenario, case)


@pytest.mark.points(2)
def test_the_work_of_a_step(check):
    case = Case("one token behind a cache of 64", state=STATE, x=normal(2, 1, 6), cache=cache_of(64))
    check.cost(attend, case, flops=3)


@pytest.mark.points(1)
def test_gradients(check):
    # In half precision no gradient is held to its numbers, so the two dtypes in which it is are enough.
    dtypes = ["float32", "float64"]
    check.gradients(attend, Case("gradients", state=STATE, x=normal(2, 3, 6), cache=cache_of(2), dtypes=dtypes))


@pytest.mark.points(1)
def test_uneven_heads_are_refused(check):
    check.raises(ValueError, make, Case("a width of 6 for 4 heads", d_model=6, num_heads=4))


HINTS = [
    (
        "Four tokens are in the cache and three new ones come in. How many queries are there, how many keys, and "
        "which query may attend to which keys?"
    ),
    (
        "In the formula new token t attends to keys 0 to S + t. Draw the matrix, T rows and S + T columns, for S = 4 "
        "and T = 3, and for S = 0. Which diagonal is the last one to be seen?"
    ),
    (
        "About twelve lines: queries, keys and values of the new tokens, each (B, H, T, d); with a cache, its keys "
        "and values before the new ones; the scores (B, H, T, S + T); a mask that is a triangle moved by S to the "
        "right; softmax, values, heads side by side, the last layer; the output, and the pair of all keys and all "
        "values."
    ),
]

ALSO_RIGHT = [
    Variant(
        "by positions, with an empty cache at the start",
        body="""
        B, T, D = x.shape
        H, d = self.num_heads, D // self.num_heads
        empty = torch.zeros(B, H, 0, d, dtype=x.dtype, device=x.device)
        old_k, old_v = (empty, empty) if cache is None else cache
        S = old_k.shape[2]
        q, k, v = (layer(x).view(B, T, H, d).transpose(1, 2) for layer in (self.q_proj, self.k_proj, self.v_proj))
        k, v = torch.cat((old_k, k), dim=-2), torch.cat((old_v, v), dim=-2)
        later = torch.arange(S + T, device=x.device) > torch.arange(S, S + T, device=x.device)[:, None]
        scores = torch.einsum("bhtd,bhsd->bhts", q * d**-0.5, k).masked_fill(later, torch.finfo(x.dtype).min)
        exps = torch.exp(scores - scores.detach().amax(-1, keepdim=True))
        found = torch.einsum("bhts,bhsd->bthd", exps / exps.sum(-1, keepdim=True), v)
        return self.out_proj(found.reshape(B, T, D)), [k, v]
        """,
    ),
    Variant(
        "one token after the other, no mask",
        body="""
        rows = []
        k, v = (None, None) if cache is None else cache
        for token in x.unbind(1):
            q, own_k, own_v = (
                layer(token).view(x.shape[0], self.num_heads, 1, -1)
                for layer in (self.q_proj, self.k_proj, self.v_proj)
            )
            k = own_k if k is None else torch.cat([k, own_k], 2)
            v = own_v if v is None else torch.cat([v, own_v], 2)
            weights = torch.softmax(q @ k.transpose(2, 3) / math.sqrt(q.shape[-1]), -1)
            rows.append((weights @ v).reshape(x.shape[0], -1))
        return self.out_proj(torch.stack(rows, dim=1)), (k, v)
        """,
    ),
    Variant(
        "a mask only where there is something to hide, added in place, in float64",
        body="""
        def heads(features):
            return features.unflatten(-1, (self.num_heads, -1)).movedim(2, 1)
        q, k, v = heads(self.q_proj(x)), heads(self.k_proj(x)), heads(self.v_proj(x))
        T = x.size(1)
        if cache is not None:
            k, v = (torch.cat(pair, dim=2) for pair in zip(cache, (k, v)))
        scores = (q.double() @ k.double().mT).div_(q.shape[-1] ** 0.5)
        if T > 1:
            hidden = torch.full((T, T), -math.inf, dtype=scores.dtype, device=x.device).triu_(1)
            scores[..., -T:] += hidden
        found = (scores.softmax(-1) @ v.double()).to(x.dtype)
        return self.out_proj(found.movedim(1, 2).flatten(2)), (k, v)
        """,
    ),
]

MISTAKES = [
    Variant(
        "later tokens are not hidden",
        was="scores.masked_fill(~mask, -math.inf)",
        becomes="scores",
        hint="May a token attend to a later one? In generation it would not be there yet.",
    ),
    Variant(
        "later tokens are hidden in the first piece only",
        was="weights = scores",
        becomes="mask = mask if cache is None else torch.ones_like(mask)\n        weights = scores",
        hint="Three tokens come in behind a cache. May the first of them attend to the third?",
    ),
    Variant(
        "the triangle is not moved",
        was=".tril(total - new)",
        becomes=".tril()",
        hint="New token 0 comes behind S others. How many keys may it attend to?",
    ),
    Variant(
        "the triangle is not moved where several tokens come in",
        was=".tril(total - new)",
        becomes=".tril(0 if new > 1 else total - 1)",
        hint="One new token attends to all. Of three that come in behind a cache of 4, to which keys does the first?",
    ),
    Variant(
        "the triangle is moved one too far",
        was=".tril(total - new)",
        becomes=".tril(total - new + 1)",
        hint="New token 0, behind a cache of 4, attends to keys 0 to 4. Which diagonal of the matrix is its last one?",
    ),
    Variant(
        "the triangle is moved behind a cache only as far as the new tokens go",
        was=".tril(total - new)",
        becomes=".tril(total - new if new == 1 else min(new, total - new))",
        hint="By how many keys does the cache move the triangle? With 3 in the cache and 2 new ones?",
    ),
    Variant(
        "the tokens in the cache are counted along the heads",
        was=".tril(total - new)",
        becomes=".tril(0 if cache is None else cache[0].shape[1])",
        hint="Which axis of (B, H, S, d) are the tokens?",
    ),
    Variant(
        "a new token does not see itself",
        was="mask = torch.ones(new, total, dtype=torch.bool, device=x.device).tril(total - new)",
        becomes="mask = torch.ones(new, total, dtype=torch.bool, device=x.device).tril(max(total - new - 1, 0))",
        hint="Does a token attend to itself?",
    ),
    Variant(
        "new tokens do not see each other",
        was="weights = scores",
        becomes="mask = torch.ones_like(mask).triu(total - new) & mask\n"
        "        mask[:, : total - new] = True\n"
        "        weights = scores",
        hint="Three tokens come in at once. Does the third attend to the first of them?",
    ),
    Variant(
        "the cache is ignored",
        was="if cache is not None:",
        becomes="if False:",
        hint="How many keys does a token attend to that comes in behind a cache of 4?",
    ),
    Variant(
        "the cache is put behind the new tokens",
        was="k = torch.cat([cache[0], k], dim=2)  # (B, H, S + T, d)\n            v = torch.cat([cache[1], v], dim=2)",
        becomes="k = torch.cat([k, cache[0]], dim=2)\n            v = torch.cat([v, cache[1]], dim=2)",
        hint="Oldest first. Which are older, those in the cache or the new ones?",
    ),
    Variant(
        "the cache is joined along the heads",
        was="dim=2)",
        becomes="dim=1)",
        hint="Which axis of (B, H, S, d) are the tokens?",
    ),
    Variant(
        "keys are taken for values",
        was="cache[1]",
        becomes="cache[0]",
        hint="The cache is a pair. Which of the two are the values?",
    ),
    Variant(
        "values come first in the cache",
        was="(k, v)\n",
        becomes="(v, k)\n",
        hint="In which order does the statement want the two?",
    ),
    Variant(
        "the cache that is returned holds the new tokens only",
        was="(k, v)\n",
        becomes="(k[:, :, -new:], v[:, :, -new:])\n",
        hint="The next call gets this cache and no other. What is left of the tokens before?",
    ),
    Variant(
        "the cache that comes in is returned",
        was="(k, v)\n",
        becomes="(k, v) if cache is None else cache\n",
        hint="The next call gets this cache and no other. Where are the tokens of this call?",
    ),
    Variant(
        "only the last of the new tokens is kept",
        was="(k, v)\n",
        becomes="(k, v) if cache is None else tuple(torch.cat([a, b[:, :, -1:]], 2) for a, b in zip(cache, (k, v)))\n",
        hint="Three tokens come in behind a cache of 4. How many are in the next one?",
    ),
    Variant(
        "heads and tokens are in the wrong order in the cache",
        was="(k, v)\n",
        becomes="(k.transpose(1, 2), v.transpose(1, 2))\n",
        hint="Which axes has a cache, and in which order?",
    ),
    Variant(
        "the cache holds the features of all heads together",
        was="(k, v)\n",
        becomes="(k.transpose(1, 2).flatten(-2), v.transpose(1, 2).flatten(-2))\n",
        hint="Which axes has a cache, and in which order?",
    ),
    Variant(
        "the keys in the cache are scaled",
        was="(k, v)\n",
        becomes="(k / math.sqrt(q.shape[-1]), v)\n",
        hint="A key that is scaled before it goes into the cache is scaled once more when it comes out.",
    ),
    Variant(
        "the keys go into the cache scaled, and are not scaled again",
        body="""
        heads = (self.num_heads, -1)
        q, k, v = (p(x).unflatten(-1, heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        k = k / math.sqrt(k.shape[-1])
        if cache is not None:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=x.device).tril(k.shape[2] - q.shape[2])
        weights = (q @ k.mT).masked_fill(~mask, -math.inf).softmax(dim=-1)
        return self.out_proj((weights @ v).transpose(1, 2).flatten(-2)), (k, v)
        """,
        hint="A cache is a pair of keys and values, as their layers give them. What can be scaled instead?",
    ),
    Variant(
        "output, keys and values are returned one by one",
        was="flatten(-2)), (k, v)",
        becomes="flatten(-2)), k, v",
        hint="`forward` returns two things. What is the second?",
    ),
    Variant(
        "only the output is returned",
        was="flatten(-2)), (k, v)",
        becomes="flatten(-2))",
        hint="Where does the next call get its cache from?",
    ),
    Variant(
        "the cache is a list that is changed in place",
        body="""
        heads = (self.num_heads, -1)
        q, k, v = (p(x).unflatten(-1, heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        if cache is None:
            cache = [k, v]
        else:
            cache[0] = torch.cat([cache[0], k], dim=2)
            cache[1] = torch.cat([cache[1], v], dim=2)
        k, v = cache
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=x.device).tril(k.shape[2] - q.shape[2])
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(-2)), cache
        """,
        hint="The cache that is handed in is left as it is: one beginning may be continued in several ways.",
    ),
    Variant(
        "the module remembers the last cache",
        body="""
        heads = (self.num_heads, -1)
        q, k, v = (p(x).unflatten(-1, heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        cache = getattr(self, "cache", None) if cache is None else cache
        if cache is not None:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        self.cache = (k, v)
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=x.device).tril(k.shape[2] - q.shape[2])
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(-2)), self.cache
        """,
        hint="What should happen when a new sequence begins, with cache=None?",
    ),
    Variant(
        "the module counts the tokens itself",
        body="""
        heads = (self.num_heads, -1)
        q, k, v = (p(x).unflatten(-1, heads).transpose(1, 2) for p in (self.q_proj, self.k_proj, self.v_proj))
        if cache is None:
            self.seen = 0
        else:
            k, v = torch.cat([cache[0], k], dim=2), torch.cat([cache[1], v], dim=2)
        seen = getattr(self, "seen", k.shape[2] - q.shape[2])
        self.seen = seen + q.shape[2]
        mask = torch.ones(q.shape[2], k.shape[2], dtype=torch.bool, device=x.device).tril(seen)
        scores = (q @ k.mT / math.sqrt(q.shape[-1])).masked_fill(~mask, -math.inf)
        return self.out_proj((scores.softmax(dim=-1) @ v).transpose(1, 2).flatten(-2)), (k, v)
        """,
        hint="One beginning is continued in two ways. How many tokens were there before the second one?",
    ),
    Variant(
        "every step computes all scores anew",
        was="weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        becomes="""q = torch.cat([torch.zeros_like(k[:, :, : total - new]), q], dim=2)
        mask = torch.ones(total, total, dtype=torch.bool, device=x.device).tril()
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        weights = scores.masked_fill(~mask, -math.inf).softmax(dim=-1)[:, :, -new:]""",
        hint="How many queries does one new token need? The tokens before have had their outputs already.",
    ),
    Variant(
        "the scores are not scaled",
        was=" / math.sqrt(q.shape[-1])",
        becomes="",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scale is taken from the width of the model",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(x.shape[-1])",
        hint="Over how many products does a score sum in one head?",
    ),
    Variant(
        "the softmax goes over the queries",
        was="softmax(dim=-1)",
        becomes="softmax(dim=-2)",
        hint="The weights of one query sum to one. Along which axis of (B, H, T, S + T) is that?",
    ),
    Variant(
        "hidden scores are set to 0",
        was="-math.inf",
        becomes="0.0",
        hint="What is exp(0)? Which score gives a weight of 0?",
    ),
    Variant(
        "the heads are cut from the tokens, not from the features",
        was="unflatten(-1, heads).transpose(1, 2)",
        becomes="reshape(x.shape[0], self.num_heads, x.shape[1], -1)",
        hint="(B, T, D) becomes (B, T, H, d) without moving a number. How do you get to (B, H, T, d) from there?",
    ),
    Variant(
        "the heads are not put side by side",
        was="found.transpose(1, 2).flatten(-2)",
        becomes="found.reshape(x.shape)",
        hint="Which axis do the heads have, and which the tokens? Side by side are only neighbouring axes.",
    ),
    Variant(
        "a batch of one is not returned as a batch",
        was="self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="self.out_proj(found.transpose(1, 2).flatten(-2)).squeeze(0)",
        hint="What does `squeeze` do to (B, T, D) with B = 1? Which shape should come out?",
    ),
    Variant(
        "there is no layer for the output",
        was="self.out_proj(found.transpose(1, 2).flatten(-2))",
        becomes="found.transpose(1, 2).flatten(-2)",
        hint="What mixes what the heads found?",
    ),
    Variant(
        "the values are made by the layer for keys",
        was="self.v_proj(x)",
        becomes="self.k_proj(x)",
        hint="Which layer makes the values?",
    ),
    Variant(
        "the layers have biases",
        was=", bias=False",
        becomes="",
        hint="`nn.Linear` has a bias unless told otherwise. Do the layers here?",
    ),
    Variant(
        "the cache is float32",
        was="(k, v)\n",
        becomes="(k.float(), v.float())\n",
        hint="Which dtype went in? The cache should have the same.",
    ),
    Variant(
        "what is in the cache carries no gradient",
        was="cache[0], k]",
        becomes="cache[0].detach(), k]",
        hint="In training, a loss on the second piece should reach the first one, through its keys.",
    ),
    Variant(
        "the cache that is returned carries no gradient",
        was="(k, v)\n",
        becomes="(k.detach(), v.detach())\n",
        hint="In training, a loss on the next piece should reach this one, through its keys.",
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
