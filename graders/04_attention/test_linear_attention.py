"""Linear attention: the features, the two sums, the causal form, and that it never builds T × T."""

import pytest

from kata.grading import Case, Equivalent, Variant, normal, uniform

# An epsilon of 1e-6 in the divisor is allowed: in float64 it would show.
pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*attention*"], dtypes=["float32", "bfloat16"])


def attend(impl, q, k, v, **options):
    return impl.linear_attention(q, k, v, **options)


def inputs(*batch, T, S):
    # Features of 0.37 and more, so that no divisor comes near that epsilon.
    q, k = (uniform(*batch, n, 4, low=-1.0, high=2.0) for n in (T, S))
    return {"q": q, "k": k, "v": normal(*batch, S, 3)}


CASES = [
    Case("fewer queries than keys", **inputs(T=5, S=7)),
    Case("a batch with heads", **inputs(2, 3, T=5, S=4)),
    Case("not contiguous", **{name: x.transposed(1, 2) for name, x in inputs(2, 4, T=3, S=3).items()}),
    Case("more queries than keys, three axes before the tokens", **inputs(2, 1, 3, T=6, S=2), recall=True),
]

CAUSAL = [
    Case("causal, one sequence", **inputs(T=6, S=6), causal=True),
    Case("causal, a batch with heads", **inputs(2, 3, T=4, S=4), causal=True),
    Case("causal, three axes before the tokens", **inputs(2, 1, 2, T=5, S=5), causal=True, recall=True),
]

GRADIENTS = [
    Case("full", **inputs(T=4, S=4), causal=False, dtypes=["float32"]),
    Case("causal", **inputs(T=4, S=4), causal=True, dtypes=["float32"]),
    # Where the exponential of a number overflows, though φ does not.
    Case(
        "numbers around 100",
        q=uniform(5, 4, low=90.0, high=110.0),
        k=uniform(5, 4, low=90.0, high=110.0),
        v=normal(5, 3),
        dtypes=["float32"],
    ),
]

LONG = [
    Case("128 queries and keys", **inputs(T=128, S=128)),
    Case("128 queries and keys, causal", **inputs(T=128, S=128), causal=True),
]


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_values(check, case):
    check.values(attend, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", CAUSAL, ids=str)
def test_causal(check, case):
    check.values(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", GRADIENTS, ids=str)
def test_gradients(check, case):
    check.gradients(attend, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", LONG, ids=str)
def test_cost(check, case):
    # Half of T × T; M for all t at once has 1,536 numbers. In blocks of 16, the causal form takes 10 times the
    # reference's products, and is still linear. Summed up anew for each query, M takes 64 times.
    check.cost(attend, case, largest=128 * 128 // 2, flops=25)


HINTS = [
    "In (φ(Q) φ(K)ᵀ) V, where may the brackets stand as well? Which shapes do the products have then?",
    (
        "The second fraction of the formula: M is a product of two matrices, z is a sum. In the causal form, which "
        "sums does query t need, and what is between them and those of query t - 1?"
    ),
    (
        "About ten lines: the features of queries and keys; M, (d, dv), and z, (d); the queries times M, divided by "
        "the queries times z. Causal: the terms k v, (T, d, dv), and k, (T, d), summed up along T so that each query "
        "has its own."
    ),
]

ALSO_RIGHT = [
    Variant(
        "einsum, with an epsilon",
        body="""
        import torch
        q, k = F.elu(q) + 1, F.elu(k) + 1
        if causal:
            m = torch.einsum("...sd,...sv->...sdv", k, v).cumsum(-3)
            divisor = torch.einsum("...td,...td->...t", q, k.cumsum(-2)) + 1e-6
            return torch.einsum("...td,...tdv->...tv", q, m) / divisor[..., None]
        m = torch.einsum("...sd,...sv->...dv", k, v)
        divisor = torch.einsum("...td,...d->...t", q, k.sum(-2)) + 1e-6
        return torch.einsum("...td,...dv->...tv", q, m) / divisor[..., None]
        """,
    ),
    Variant(
        "one token after the other",
        body="""
        import torch
        q, k = F.elu(q) + 1, F.elu(k) + 1
        m = torch.zeros(*k.shape[:-2], k.shape[-1], v.shape[-1], dtype=k.dtype, device=k.device)
        z = torch.zeros_like(k[..., 0, :])
        rows = []
        for s in range(k.shape[-2]):
            m = m + k[..., s, :, None] * v[..., s, None, :]
            z = z + k[..., s, :]
            if causal:
                row = (q[..., s, :, None] * m).sum(-2)
                rows.append(row / (q[..., s, :] * z).sum(-1, keepdim=True))
        if causal:
            return torch.stack(rows, dim=-2)
        return torch.matmul(q, m) / torch.matmul(q, z.unsqueeze(-1))
        """,
    ),
    Variant(
        "in blocks of 16",
        body="""
        import torch
        q, k = (torch.where(x > 0, x + 1, x.clamp(max=0).exp()) for x in (q, k))
        if not causal:
            return (q @ (k.mT @ v)) / (q @ k.sum(-2).unsqueeze(-1))
        rows, m, z = [], 0.0, 0.0
        for start in range(0, q.shape[-2], 16):
            queries, keys, values = (x[..., start : start + 16, :] for x in (q, k, v))
            weights = (queries @ keys.mT).tril()
            found, total = weights @ values, weights.sum(-1, keepdim=True)
            if start:
                found, total = found + queries @ m, total + queries @ z
            rows.append(found / total)
            m, z = m + keys.mT @ values, z + keys.sum(-2).unsqueeze(-1)
        return torch.cat(rows, dim=-2)
        """,
    ),
    Variant(
        "a column of ones next to the values, in float64",
        body="""
        import torch
        dtype = v.dtype
        q, k = ((F.elu(x.double()) + 1) for x in (q, k))
        v = torch.cat([v.double(), torch.ones_like(v[..., :1]).double()], dim=-1)
        if causal:
            found = (q.unsqueeze(-1) * (k.unsqueeze(-1) * v.unsqueeze(-2)).cumsum(-3)).sum(-2)
        else:
            found = q @ (k.transpose(-1, -2) @ v)
        return (found[..., :-1] / found[..., -1:]).to(dtype)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the 1 of the features is left out",
        was=") + 1  #",
        becomes=")  #",
        hint="What is elu(-1)? A weight must not be negative.",
    ),
    Variant(
        "relu instead of elu",
        was="F.elu",
        becomes="F.relu",
        hint="What is φ(-1)? A feature that is 1 for every negative number has no gradient there.",
    ),
    Variant(
        "the exponential instead of elu + 1",
        was="F.elu(q) + 1  # (..., T, d)\n    k = F.elu(k) + 1",
        becomes="q.exp()\n    k = k.exp()",
        hint="For negative numbers that is the same. What is φ(2)?",
    ),
    Variant(
        "where a number is large, its gradient is NaN",
        was="q = F.elu(q) + 1  # (..., T, d)\n    k = F.elu(k) + 1",
        becomes="import torch\n    q = torch.where(q > 0, q + 1, q.exp())\n    k = torch.where(k > 0, k + 1, k.exp())",
        hint="`torch.where` computes both branches, and the one that is not taken gets a gradient of 0. What is 0 times "
        "the derivative of exp at 100?",
    ),
    Variant(
        "only the keys get features",
        was="q = F.elu(q) + 1",
        becomes="pass",
        hint="φ stands twice in each product of a query and a key.",
    ),
    Variant(
        "only the queries get features",
        was="k = F.elu(k) + 1",
        becomes="pass",
        hint="φ stands twice in each product of a query and a key.",
    ),
    Variant(
        "the values get features, too",
        was="k = F.elu(k) + 1",
        becomes="k, v = F.elu(k) + 1, F.elu(v) + 1",
        hint="What φ acts on is in the formula. Is v?",
    ),
    Variant(
        "the queries are divided by √d",
        was="F.elu(q)",
        becomes="F.elu(q / q.shape[-1] ** 0.5)",
        hint="√d is there to keep a softmax from going too far. Is there one here?",
    ),
    Variant(
        "nothing is divided",
        was=" / (q * z).sum(dim=-1, keepdim=True)",
        becomes="",
        hint="What do the weights of a query sum to?",
    ),
    Variant(
        "divided by the number of keys",
        was=" / (q * z).sum(dim=-1, keepdim=True)",
        becomes=" / k.shape[-2]",
        hint="A mean of all values with equal weights would be divided by that. What do these weights sum to?",
    ),
    Variant(
        "divided by the sum of the keys alone",
        was="(q * z).sum(dim=-1, keepdim=True)",
        becomes="z.sum(dim=-1, keepdim=True)",
        hint="Each query has a divisor of its own. What is z multiplied by?",
    ),
    Variant(
        "an epsilon of 0.01",
        was="(q * z).sum(dim=-1, keepdim=True)",
        becomes="((q * z).sum(dim=-1, keepdim=True) + 1e-2)",
        hint="Can the divisor be 0? If you want an epsilon, how small can it be?",
    ),
    Variant(
        "with `causal`, queries attend to later keys, too",
        was="if not causal:",
        becomes="if True:",
        hint="Which keys does query 0 attend to with causal=True?",
    ),
    Variant(
        "always causal",
        was="if not causal:",
        becomes="if False:",
        hint="Which keys does query 0 attend to with causal=False?",
    ),
    Variant(
        "causal unless told otherwise",
        was="q = F.elu(q) + 1",
        becomes="causal = causal or q.shape == k.shape\n    q = F.elu(q) + 1",
        hint="What should happen without the argument `causal`?",
    ),
    Variant(
        "the causal divisor is summed over all keys",
        was="k.cumsum(dim=-2)",
        becomes="k.sum(dim=-2, keepdim=True)",
        hint="With causal, the weights of query t are those of keys 0 to t. What do these sum to?",
    ),
    Variant(
        "the causal M is summed over all keys",
        was="terms.cumsum(dim=-3)",
        becomes="terms.sum(dim=-3, keepdim=True)",
        hint="With causal, which values does query 0 take in?",
    ),
    Variant(
        "M is summed up along axis 0",
        was="cumsum(dim=-3)",
        becomes="cumsum(dim=0)",
        hint="Which axis are the tokens in (T, d, dv)? In (batch, heads, T, d, dv)? Count from the end.",
    ),
    Variant(
        "z is summed up along the features",
        was="k.cumsum(dim=-2)",
        becomes="k.cumsum(dim=-1)",
        hint="z for query t is the sum over keys 0 to t. Which axis of (..., T, d) is that?",
    ),
    Variant(
        "the query's own key is left out",
        was="cumsum(dim=-3)  # (..., T, d, dv): the sum of all terms so far, for each query\n    z = k.cumsum(dim=-2)",
        becomes="cumsum(dim=-3) - terms\n    z = k.cumsum(dim=-2) - k",
        hint="Does query t attend to key t? What does query 0 attend to?",
    ),
    Variant(
        "M is summed up from the end",
        was="m = terms.cumsum(dim=-3)",
        becomes="m = terms.flip(-3).cumsum(dim=-3).flip(-3)",
        hint="With causal, which keys does query 0 attend to: the first or all?",
    ),
    Variant(
        "T × T weights are built",
        body="""
        q, k = F.elu(q) + 1, F.elu(k) + 1
        weights = q @ k.mT
        if causal:
            weights = weights.tril()
        return weights / weights.sum(dim=-1, keepdim=True) @ v
        """,
        hint="In (φ(Q) φ(K)ᵀ) V, which product comes first? Where may the brackets stand as well?",
    ),
    Variant(
        "T × T weights are built when causal",
        was="terms = k.unsqueeze(-1)",
        becomes="weights = (q @ k.mT).tril()\n"
        "    return weights / weights.sum(dim=-1, keepdim=True) @ v\n"
        "    terms = k.unsqueeze(-1)",
        hint="A mask needs a matrix to hide things in. Which sum does query t need, if M for query t - 1 is known?",
    ),
    Variant(
        "each query sums up all keys anew",
        was="m = terms.cumsum(dim=-3)",
        becomes="m = terms.clone()\n"
        "    for t in range(k.shape[-2]):\n"
        "        m[..., t, :, :] = k[..., : t + 1, :].mT @ v[..., : t + 1, :]",
        hint="M for query t is M for query t - 1 and one term more. How much work is that?",
    ),
    Variant(
        "the keys are summed up over axis 0",
        was="z = k.sum(dim=-2, keepdim=True)",
        becomes="z = k.sum(dim=0, keepdim=True)",
        hint="Which axis are the keys in (S, d)? In (batch, heads, S, d)? Count from the end.",
    ),
    Variant(
        "the axes of the keys are counted from the front",
        was="k.mT",
        becomes="k.transpose(0, 1)",
        hint="Which axes of `k` change places if it is (S, d)? If it is (batch, heads, S, d)?",
    ),
    Variant(
        "only contiguous tensors are taken",
        was="q = F.elu(q) + 1",
        becomes="q = F.elu(q.view(-1).view(q.shape)) + 1",
        hint="`view` needs the numbers to lie in memory in order. Is there need to change the shape at all?",
    ),
    Variant(
        "computes in float32 and stays there",
        was="q = F.elu(q) + 1",
        becomes="q, k, v = q.float(), k.float(), v.float()\n    q = F.elu(q) + 1",
        hint="Which dtype went in? The same should come out.",
    ),
    Variant(
        "the features are written over the queries",
        was="q = F.elu(q) + 1",
        becomes="q = (F.elu(q) if q.requires_grad else F.elu_(q)) + 1",
        hint="A function that ends in an underscore writes into its tensor, and so does inplace=True. Whose is it?",
    ),
    Variant(
        "the divisor has no gradient",
        was="(q * z).sum(dim=-1, keepdim=True)",
        becomes="(q * z).sum(dim=-1, keepdim=True).detach()",
        hint="Each weight depends on all keys, through the divisor as well.",
    ),
    Variant(
        "the causal M has no gradient",
        was="@ m).squeeze(-2)",
        becomes="@ m.detach()).squeeze(-2)",
        hint="How do keys and values learn, if nothing of the loss reaches them?",
    ),
]

EQUIVALENT: list[Equivalent] = []
