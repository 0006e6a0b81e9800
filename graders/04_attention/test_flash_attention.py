"""Flash attention: blocks that do not fit, scores of any size, the causal form, and nothing large on the way."""

import pytest

from kata.grading import Case, Equivalent, Variant, integers, normal, starting_with

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*", "*softmax*", "*logsumexp*"])


def attend(impl, q, k, v, **options):
    return impl.flash_attention(q, k, v, **options)


def inputs(*batch, T, S, d=4, dv=3):
    return {"q": normal(*batch, T, d), "k": normal(*batch, S, d), "v": normal(*batch, S, dv)}


def whole(*first):
    """Small whole numbers behind these. With a scale of 1/4 the scores are exact in float32, in whatever order."""
    return integers(len(first), 16, low=-2, high=3).map(starting_with(*first))


CASES = [
    Case("a block that the keys do not fill", **inputs(T=5, S=7), block_size=3),
    Case("a batch with heads", **inputs(2, 3, T=3, S=4), block_size=2),
    Case("values wider than keys", **inputs(T=4, S=4, d=2, dv=5), block_size=2),
    Case("blocks of one key", **inputs(T=2, S=3), block_size=1),
    Case("a block larger than all", **inputs(T=5, S=7)),
    Case(
        "not contiguous",
        q=normal(2, 4, 3, 4).transposed(1, 2),
        k=normal(2, 5, 3, 4).transposed(1, 2),
        v=normal(2, 5, 3, 3).transposed(1, 2),
        block_size=2,
    ),
    Case("three axes before the tokens", **inputs(2, 1, 2, T=6, S=10, d=5, dv=2), block_size=4, recall=True),
]

LARGE = [
    Case(
        "scores around -12 000",
        q=whole(-192, -192, -192),
        k=whole(256, 256, 256, 256, 256),
        v=normal(5, 3),
        block_size=2,
    ),
    Case(
        "some queries with scores around -12 000, some around 12 000",
        q=whole(192, -192, 192, -192),
        k=whole(256, 256, 256, 256, 256),
        v=normal(5, 3),
        block_size=2,
    ),
    Case(
        "the largest score first or last, from -12 000 to 12 000",
        q=whole(192, -192, 192, -192),
        k=whole(-256, -128, 0, 128, 256),
        v=normal(5, 3),
        block_size=2,
    ),
]

CAUSAL = [
    Case("causal, as many queries as keys", **inputs(2, T=7, S=7), block_size=3, causal=True),
    Case("causal, fewer queries than keys", **inputs(T=3, S=7), block_size=2, causal=True),
    Case(
        "causal, scores around -12 000",
        q=whole(-192, -192, -192),
        k=whole(256, 256, 256, 256),
        v=normal(4, 3),
        block_size=2,
        causal=True,
    ),
    Case("causal, more queries than keys", **inputs(T=7, S=4), block_size=3, causal=True),
    Case("causal, one query of each head, nine keys", **inputs(3, T=1, S=9), block_size=4, causal=True, recall=True),
]

LONG = [
    Case("40 queries, 48 keys, blocks of 8", **inputs(T=40, S=48), block_size=8),
    Case("40 queries, 48 keys, blocks of 8, causal", **inputs(T=40, S=48), block_size=8, causal=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LARGE, ids=str)
def test_large_scores(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_memory(check, case):
    check.cost(attend, case, largest=8 * 48)


HINTS = [
    (
        "Two blocks have been seen, and a third one brings a larger score. What was made with the old largest score, "
        "and by what must it be multiplied?"
    ),
    (
        "The three updates of the formula use both m and m'. Which of the two stands where? And for a query that has "
        "seen only hidden keys, what is -inf minus -inf?"
    ),
    (
        "A loop over blocks of keys. In it: the scores of all queries with this block; -inf where causal hides a key; "
        "the new largest score; the exponentials; the factor for what is old; the sum and the output, each the old "
        "one times the factor plus what is new. After it: one division."
    ),
]

ALSO_RIGHT = [
    Variant(
        "blocks of queries and of keys, accumulated in float32, hidden blocks left out",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        wide = torch.promote_types(q.dtype, torch.float32)
        out = torch.empty(*q.shape[:-1], v.shape[-1], dtype=q.dtype, device=q.device)
        for i in range(0, T, block_size):
            rows = q[..., i : i + block_size, :].to(wide) * q.shape[-1] ** -0.5
            position = torch.arange(i, i + rows.shape[-2], device=q.device) + (S - T)
            m = torch.full((*rows.shape[:-1], 1), -math.inf, dtype=wide, device=q.device)
            total, acc = torch.zeros_like(m), 0.0
            for j in range(0, S, block_size):
                if causal and j > position[-1]:
                    break
                keys, values = (x[..., j : j + block_size, :].to(wide) for x in (k, v))
                scores = torch.einsum("...td,...sd->...ts", rows, keys)
                if causal:
                    hidden = torch.arange(j, j + keys.shape[-2], device=q.device)[None] > position[:, None]
                    scores.masked_fill_(hidden, -math.inf)
                top = torch.maximum(m, scores.max(-1, keepdim=True).values)
                safe = torch.where(top == -math.inf, 0.0, top)
                exps = torch.exp(scores - safe)
                factor = torch.exp(m - safe)
                total = total * factor + exps.sum(-1, keepdim=True)
                acc = acc * factor + exps @ values
                m = top
            out[..., i : i + block_size, :] = torch.where(total > 0, acc / total, 0.0)
        return out
        """,
    ),
    Variant(
        "divided after each block, in float64",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        out = torch.zeros(*q.shape[:-1], v.shape[-1], dtype=torch.float64, device=q.device)
        total = torch.zeros_like(out[..., :1])
        m = torch.full_like(total, -1e300)
        places = torch.arange(S, device=q.device).split(block_size)
        for keys, values, place in zip(k.split(block_size, dim=-2), v.split(block_size, dim=-2), places):
            scores = q.double() @ keys.double().transpose(-2, -1) / math.sqrt(q.shape[-1])
            if causal:
                scores = torch.where(place <= torch.arange(S - T, S, device=q.device)[:, None], scores, -math.inf)
            top = torch.maximum(m, scores.amax(-1, keepdim=True))
            exps, kept = torch.exp(scores - top), total * torch.exp(m - top)
            total = kept + exps.sum(-1, keepdim=True)
            out = (kept * out + exps @ values.double()) / total.clamp(min=1e-30)
            m = top
        return out.to(q.dtype)
        """,
    ),
    Variant(
        "a block of queries with all keys",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        rows = []
        for start in range(0, T, block_size):
            scores = q[..., start : start + block_size, :] @ k.mT * (1 / math.sqrt(q.shape[-1]))
            if causal:
                seen = torch.ones(scores.shape[-2], S, dtype=torch.bool, device=q.device).tril(S - T + start)
                scores = scores.masked_fill(~seen, torch.finfo(q.dtype).min)
            scores -= scores.amax(-1, keepdim=True)
            scores.exp_()
            if causal:
                scores *= seen
            total = scores.sum(-1, keepdim=True)
            rows.append(scores @ v / total.masked_fill(total == 0, 1.0))
        return torch.cat(rows, -2)
        """,
    ),
    Variant(
        "keys padded to whole blocks, the padding hidden, sums in place",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        q = q * q.shape[-1] ** -0.5
        missing = -S % block_size
        keys = torch.nn.functional.pad(k, (0, 0, 0, missing))
        values = torch.nn.functional.pad(v, (0, 0, 0, missing))
        m = torch.full_like(q[..., 0], torch.finfo(q.dtype).min)
        total = torch.zeros_like(m)
        out = torch.zeros_like(values[..., :1, :]).repeat_interleave(T, dim=-2)
        for b in range((S + missing) // block_size):
            place = torch.arange(b * block_size, (b + 1) * block_size, device=q.device)
            last = torch.arange(T, device=q.device).unsqueeze(1) + (S - T) if causal else S - 1
            hidden = (place > last) | (place >= S)
            scores = q @ keys[..., place, :].mT
            scores = scores.masked_fill(hidden, -math.inf)
            top = torch.stack([m, scores.amax(-1)]).amax(0)
            exps = torch.exp(scores - top.unsqueeze(-1))
            total.mul_(torch.exp(m - top)).add_(exps.sum(-1))
            out.mul_(torch.exp(m - top).unsqueeze(-1)).add_(exps @ values[..., place, :])
            m = top
        return out / torch.where(total > 0, total, 1.0).unsqueeze(-1)
        """,
    ),
]

MISTAKES = [
    Variant(
        "all the weights at once",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        scores = q @ k.mT / math.sqrt(q.shape[-1])
        if causal:
            seen = torch.ones(T, S, dtype=torch.bool, device=q.device).tril(S - T)
            scores = scores.masked_fill(~seen, torch.finfo(q.dtype).min)
        exps = (scores - scores.amax(dim=-1, keepdim=True)).exp()
        if causal:
            exps = exps * seen
        return exps @ v / exps.sum(dim=-1, keepdim=True).clamp(min=1e-30)
        """,
        hint="How many numbers has the matrix of all scores? Only those of one block may be there at a time.",
    ),
    Variant(
        "`block_size` is ignored",
        was="T, S = q.shape[-2], k.shape[-2]",
        becomes="T, S, block_size = q.shape[-2], k.shape[-2], 64",
        hint="How many keys are in a block?",
    ),
    Variant(
        "the mask is built for all keys at once",
        was="scores = scores.masked_fill(key > query, -math.inf)",
        becomes="hidden = torch.arange(S, device=q.device) > query\n"
        "            scores = scores.masked_fill(hidden[:, block], -math.inf)",
        hint="A mask (T, S) is as large as the scores that must not be there all at once.",
    ),
    Variant(
        "the last keys are left out",
        was="range(0, S, block_size)",
        becomes="range(0, S - block_size + 1, block_size)",
        hint="With 7 keys and blocks of 3, where does the last block begin?",
    ),
    Variant(
        "the last block is filled up with zeros",
        was="T, S = q.shape[-2], k.shape[-2]",
        becomes="missing = -k.shape[-2] % block_size\n"
        "    k = torch.nn.functional.pad(k, (0, 0, 0, missing))\n"
        "    v = torch.nn.functional.pad(v, (0, 0, 0, missing))\n"
        "    T, S = q.shape[-2], k.shape[-2]",
        hint="A key of zeros has the score 0. What does it add to the sum of the exponentials?",
    ),
    Variant(
        "the number of keys is taken from the queries",
        was="T, S = q.shape[-2], k.shape[-2]",
        becomes="T, S = q.shape[-2], q.shape[-2]",
        hint="There may be more keys than queries. Which tensor knows how many?",
    ),
    Variant(
        "nothing is put right when the largest score changes",
        was="old = (m - m_new).exp()",
        becomes="old = torch.ones_like(m)",
        hint="What was summed up before has exponents of s - m. Which exponents has the new block?",
    ),
    Variant(
        "each block is summed up with a largest score of its own",
        was="m_new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))",
        becomes="m = m_new = scores.amax(dim=-1, keepdim=True).clamp(min=torch.finfo(q.dtype).min)",
        hint="What the blocks are divided by, exp(m), differs. How are sums over two blocks brought together?",
    ),
    Variant(
        "only the sum is put right",
        was="o = old * o",
        becomes="o = o",
        hint="Which two things were summed up with the old largest score?",
    ),
    Variant(
        "only the output is put right",
        was="total = old * total",
        becomes="total = total",
        hint="Which two things were summed up with the old largest score?",
    ),
    Variant(
        "the correction is the wrong way round",
        was="(m - m_new).exp()",
        becomes="(m_new - m).clamp(max=80).exp()",
        hint="exp(s - m) must become exp(s - m'). By what is it multiplied? Is that more than 1 or less?",
    ),
    Variant(
        "the largest score of the first block is kept",
        was="m_new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))",
        becomes="m_new = m if start else torch.maximum(m, scores.amax(dim=-1, keepdim=True))",
        hint="What is exp(s - m) when a later block has a score 1000 larger than m?",
    ),
    Variant(
        "only the largest score of this block counts",
        was="m_new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))",
        becomes="m_new = scores.amax(dim=-1, keepdim=True).clamp(min=torch.finfo(q.dtype).min)",
        hint="What is exp(m - m') when m' is 1000 smaller than m? The largest score so far never goes down.",
    ),
    Variant(
        "no largest score is subtracted",
        was="m_new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))",
        becomes="m = m_new = torch.zeros_like(m)",
        hint="What is exp(1000) in float32?",
    ),
    Variant(
        "the largest score starts at 0",
        was="torch.finfo(q.dtype).min)",
        becomes="0.0)",
        hint="What if all scores are far below 0? Below which number can no score be?",
    ),
    Variant(
        "the sums are kept as logarithms",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        o = q.new_zeros(*q.shape[:-1], v.shape[-1])
        log_total = torch.full_like(o[..., :1], torch.finfo(q.dtype).min)
        for start in range(0, S, block_size):
            scores = q @ k[..., start : start + block_size, :].mT / math.sqrt(q.shape[-1])
            if causal:
                key = torch.arange(S, device=q.device)[start : start + block_size]
                scores = scores.masked_fill(key > torch.arange(S - T, S, device=q.device)[:, None], -math.inf)
            m = scores.amax(dim=-1, keepdim=True).clamp(min=torch.finfo(q.dtype).min)
            both = torch.logaddexp(log_total, m + (scores - m).exp().sum(dim=-1, keepdim=True).log())
            o = (log_total - both).exp() * o + (scores - both).exp() @ v[..., start : start + block_size, :]
            log_total = both
        return o
        """,
        hint="A float32 near 10 000 has steps of 0.001. How exact is the logarithm of a sum then, and the exponential "
        "of it?",
    ),
    Variant(
        "the largest score is that of all queries",
        was="scores.amax(dim=-1, keepdim=True)",
        becomes="scores.amax()",
        hint="Each query has a largest score of its own. What is left of a query whose scores are 1000 below those of "
        "another?",
    ),
    Variant(
        "nothing is divided at the end",
        was="o / total",
        becomes="o",
        hint="The weights of a query sum to one. Where does this happen?",
    ),
    Variant(
        "each block is divided by its own sum",
        was="o = old * o + exps @ v[..., block, :]",
        becomes="o = o + exps / exps.sum(dim=-1, keepdim=True).clamp(min=1e-30) @ v[..., block, :] * block_size / S",
        hint="A block with large scores should count for more than one with small scores. When is the sum known?",
    ),
    Variant(
        "divided by the number of keys",
        was="o / total",
        becomes="o / S",
        hint="What do the weights of a query sum to?",
    ),
    Variant(
        "the scores are not scaled",
        was="q = q / math.sqrt(q.shape[-1])",
        becomes="pass",
        hint="What divides the scores in the formula?",
    ),
    Variant(
        "the scale is taken from the width of the values",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(v.shape[-1])",
        hint="Over how many products does a score sum?",
    ),
    Variant(
        "`causal` is ignored",
        was="if causal:",
        becomes="if False:",
        hint="Which keys does query 0 attend to with causal=True, if there are as many queries as keys?",
    ),
    Variant(
        "always causal",
        was="if causal:",
        becomes="if True:",
        hint="Which keys does query 0 attend to with causal=False?",
    ),
    Variant(
        "keys are counted from the start of their block",
        was="torch.arange(S, device=q.device)[block]",
        becomes="torch.arange(S, device=q.device)[block] - start",
        hint="In the second block of 3, which keys are these: 0, 1, 2 or 3, 4, 5?",
    ),
    Variant(
        "the first query stands at the first key",
        was="torch.arange(S - T, S,",
        becomes="torch.arange(T,",
        hint="With 3 queries and 7 keys, how many keys does the last query attend to?",
    ),
    Variant(
        "a query does not see its own key",
        was="key > query",
        becomes="(key >= query) & (key > 0)",
        hint="Query t attends to keys 0 to t + S - T. Is the last one hidden?",
    ),
    Variant(
        "a block with hidden keys is left out",
        was="key > query",
        becomes="(key > query).any(dim=-1, keepdim=True)",
        hint="In a block that holds the query's own position, some keys are hidden and some are not.",
    ),
    Variant(
        "hidden scores are set to 0",
        was="key > query, -math.inf",
        becomes="key > query, 0.0",
        hint="What is exp(0 - m)? Which score gives a weight of 0?",
    ),
    Variant(
        "hidden scores are -10 000",
        body="""
        T, S = q.shape[-2], k.shape[-2]
        q = q / math.sqrt(q.shape[-1])
        query = torch.arange(S - T, S, device=q.device)[:, None]
        m = torch.full_like(q[..., :1], torch.finfo(q.dtype).min)
        total = o = 0.0
        for start in range(0, S, block_size):
            block = slice(start, start + block_size)
            scores = q @ k[..., block, :].mT
            if causal:
                scores = scores.masked_fill(torch.arange(S, device=q.device)[block] > query, -1e4)
            m_new = torch.maximum(m, scores.amax(dim=-1, keepdim=True))
            exps, old = (scores - m_new).exp(), (m - m_new).exp()
            total, o = old * total + exps.sum(dim=-1, keepdim=True), old * o + exps @ v[..., block, :]
            m = m_new
        return (o / total).masked_fill((query < 0) & torch.tensor(causal, device=q.device), 0.0)
        """,
        hint="How low may the score of a visible key be? What is below all of them?",
    ),
    Variant(
        "a query that may attend to nothing gives NaN",
        was="torch.where(total > 0, o / total, 0.0)",
        becomes="o / total",
        hint="With more queries than keys, what is the sum of the first query? What should come out?",
    ),
    Variant(
        "a query that may attend to nothing attends to all alike",
        was="key > query, -math.inf",
        becomes="key > query, torch.finfo(q.dtype).min",
        hint="If all scores of a query are equally small, what is s - m for each of them?",
    ),
    Variant(
        "the output is as wide as the queries",
        was="total = o = 0.0",
        becomes="total, o = 0.0, torch.zeros_like(q)",
        hint="A weighted mean of what? How wide is that?",
    ),
    Variant(
        "the axes of the keys are counted from the front",
        was="k[..., block, :].mT",
        becomes="k[..., block, :].transpose(0, 1)",
        hint="Which axes of `k` change places if it is (S, d)? If it is (batch, heads, S, d)?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="q = q /",
        becomes="q = q.view(-1).view(q.shape) /",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "the output is float32",
        was="o / total",
        becomes="(o / total).float()",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the queries are scaled in place",
        was="q = q / math.sqrt(q.shape[-1])",
        becomes="q /= math.sqrt(q.shape[-1])",
        hint="`q /= root` writes into a tensor. Whose is it?",
    ),
]

EQUIVALENT = [
    Equivalent(
        "as many keys as values",
        was="q.shape[-2], k.shape[-2]",
        becomes="q.shape[-2], v.shape[-2]",
        reason="each key has its value",
    ),
    Equivalent(
        "the width of the keys",
        was="math.sqrt(q.shape[-1])",
        becomes="math.sqrt(k.shape[-1])",
        reason="queries and keys have the same width",
    ),
    Equivalent(
        "the dtype of the keys",
        was="finfo(q.dtype)",
        becomes="finfo(k.dtype)",
        reason="queries, keys and values have the same dtype",
    ),
    Equivalent(
        "the dtype of the values",
        was="finfo(q.dtype)",
        becomes="finfo(v.dtype)",
        reason="queries, keys and values have the same dtype",
    ),
    Equivalent(
        "sums that begin with -1",
        was="total = o = 0.0",
        becomes="total = o = -1.0",
        reason="the first score takes it away, with the factor exp(the lowest number - m) = 0; without one, a sum "
        "below 0 "
        "gives zeros, too",
    ),
    Equivalent(
        "a sum that is not 0",
        was="total > 0",
        becomes="total != 0",
        reason="a sum of exponentials is never below 0",
    ),
]
