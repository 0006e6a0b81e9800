"""ALiBi: the slopes of the heads, and the distances of queries and keys."""

import pytest
import torch

from kata.grading import Case, Equivalent, Variant

# No tensor goes in and float32 comes out, so there is nothing to repeat in other dtypes.
pytestmark = pytest.mark.exercise(points=10, seconds=2, dtypes=["float32"])


def bias(impl, **sizes):
    return impl.alibi_bias(**sizes)


def bias_of_the_past(impl, num_heads, T, S):
    out = impl.alibi_bias(num_heads, T, S)
    return out.tril(S - T) if isinstance(out, torch.Tensor) and out.dim() > 1 else out


POWERS = [
    Case("one head", num_heads=1, T=3, S=3),
    Case("16 heads", num_heads=16, T=3, S=3),
    Case("32 heads, six keys", num_heads=32, T=2, S=6, recall=True),
]
OTHERS = [
    Case("three heads", num_heads=3, T=3, S=3),
    Case("11 heads", num_heads=11, T=3, S=3),
    Case("six heads, one query", num_heads=6, T=1, S=4, recall=True),
]
MORE_KEYS = Case("two queries, five keys", num_heads=2, T=2, S=5)
ALL_KEYS = Case("keys before and after", num_heads=2, T=3, S=3)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", POWERS, ids=str)
def test_slopes(check, case):
    check.values(bias_of_the_past, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_slopes_of_heads_that_are_no_power_of_two(check, case):
    check.values(bias_of_the_past, case)


@pytest.mark.points(2)
def test_more_keys_than_queries(check):
    check.values(bias_of_the_past, MORE_KEYS)


@pytest.mark.points(2)
def test_keys_after_the_query(check):
    check.values(bias, ALL_KEYS)


HINTS = [
    "For 4 heads, which four slopes are there? For 6 heads, which two come after them?",
    (
        "A column of queries and a row of keys make a (T, S) matrix of differences. At which token does the first of the "
        "T queries stand, if the last one stands at token S - 1? Which shape must the H slopes have to multiply it?"
    ),
    (
        "About six lines: the largest power of two that is not above H; a list of its slopes; the list of the others "
        "behind it; the tokens of the keys, from which those of the queries, as a column, are subtracted; the slopes, "
        "with two more axes, times the differences."
    ),
]

ALSO_RIGHT = [
    Variant(
        "the authors' way, with a recursion",
        body="""
        import math
        def get_slopes(n):
            if math.log2(n).is_integer():
                start = 2 ** (-(2 ** -(math.log2(n) - 3)))
                return [start * start**i for i in range(n)]
            lower = 2 ** math.floor(math.log2(n))
            return get_slopes(lower) + get_slopes(2 * lower)[0::2][: n - lower]
        rows = torch.arange(T).unsqueeze(1) + S - T
        relative = (torch.arange(S).unsqueeze(0) - rows).float()
        return torch.einsum("h,ts->hts", torch.tensor(get_slopes(num_heads)), relative)
        """,
    ),
    Variant(
        "number by number",
        body="""
        n = 1
        while 2 * n <= num_heads:
            n *= 2
        out = torch.zeros(num_heads, T, S)
        for h in range(num_heads):
            slope = 0.5 ** (8 * (h + 1) / n) if h < n else 0.5 ** (4 * (2 * (h - n) + 1) / n)
            for i in range(T):
                for j in range(S):
                    out[h, i, j] = -slope * (i + S - T - j)
        return out
        """,
    ),
    Variant(
        "every second slope of twice as many heads, and windows of one long row",
        body="""
        lower = 1 << (num_heads.bit_length() - 1)
        fine = torch.pow(2.0, -4.0 / lower * torch.arange(1, 2 * lower + 1).double())
        slopes = torch.cat([fine[1::2], fine[::2][: num_heads - lower]])
        distances = torch.arange(1 - S, T).double()
        rows = torch.stack([distances[T - 1 - i : T - 1 - i + S] for i in range(T)])
        return (slopes.view(-1, 1, 1) * rows).float()
        """,
    ),
]

MISTAKES = [
    Variant(
        "the first slope is 1",
        was="for h in range(1, n + 1)",
        becomes="for h in range(n)",
        hint="From which h does the formula count?",
    ),
    Variant(
        "the slopes are 1/2, 1/4, 1/8, ... for any number of heads",
        was="2 ** (-8 * h / n)",
        becomes="2.0 ** -h",
        hint="For 8 heads that is right. But for 4 heads the last slope is 1/256, too: what is the exponent then?",
    ),
    Variant(
        "the slopes are whole powers of 1/256",
        was="2 ** (-8 * h / n)",
        becomes="2.0 ** (-8 * h)",
        hint="What divides the exponent?",
    ),
    Variant(
        "the exponents are cut to whole numbers",
        was="2 ** (-8 * h / n)",
        becomes="2.0 ** (-8 * h // n)",
        hint="What is -8 / 16, and what is -8 // 16? What is the first slope of 16 heads?",
    ),
    Variant(
        "the slopes are evenly spaced",
        was="2 ** (-8 * h / n)",
        becomes="h / n / 2",
        hint="Each slope is the one before it times the same number.",
    ),
    Variant(
        "the slopes stand in the opposite order",
        was="for h in range(1, n + 1)",
        becomes="for h in range(n, 0, -1)",
        hint="Does the first head have the largest slope or the smallest?",
    ),
    Variant(
        "the formula for powers of two is used for any number of heads",
        was="n = 2 ** (num_heads.bit_length() - 1)",
        becomes="n = num_heads",
        hint="For 3 heads, what is the next lower power of two, and which slopes belong to it?",
    ),
    Variant(
        "the first slopes of the next higher power of two",
        was="n = 2 ** (num_heads.bit_length() - 1)",
        becomes="n = 2 ** (num_heads - 1).bit_length()",
        hint="For 3 heads, the first 2 slopes are those of how many heads?",
    ),
    Variant(
        "the other slopes are the first ones of 2n heads, without gaps",
        was="-4 * (2 * k - 1) / n",
        becomes="-4 * k / n",
        hint="Of the slopes of 2n heads, every second one is that of n heads, which is there already. Which are new?",
    ),
    Variant(
        "the other slopes are the second, fourth, sixth, ... of 2n heads",
        was="-4 * (2 * k - 1) / n",
        becomes="-8 * k / n",
        hint="Of the slopes of 2n heads, every second one is that of n heads, which is there already. Which are new?",
    ),
    Variant(
        "the other slopes begin with the third of 2n heads",
        was="2 * k - 1",
        becomes="2 * k + 1",
        hint="What is the slope of the third of 3 heads in the example?",
    ),
    Variant(
        "the slopes are sorted",
        was="queries = torch",
        becomes="slopes.sort(reverse=True)\n    queries = torch",
        hint="The weights of a trained model know which head has which slope. Where do the other H - n stand?",
    ),
    Variant(
        "the other slopes come first",
        was="queries = torch",
        becomes="slopes = slopes[n:] + slopes[:n]\n    queries = torch",
        hint="The weights of a trained model know which head has which slope. Where do the other H - n stand?",
    ),
    Variant(
        "the sign is wrong",
        was="keys - queries[:, None]",
        becomes="queries[:, None] - keys",
        hint="Should a key that is far behind have a larger score or a smaller one?",
    ),
    Variant(
        "the distance has no sign",
        was="keys - queries[:, None]",
        becomes="-(keys - queries[:, None]).abs()",
        hint="What does the formula give for a key after the query? What hides that key in the end?",
    ),
    Variant(
        "keys after the query get 0",
        was="keys - queries[:, None]",
        becomes="(keys - queries[:, None]).clamp(max=0)",
        hint="What does the formula give for a key after the query? What hides that key in the end?",
    ),
    Variant(
        "keys after the query are hidden",
        was="return torch.tensor(slopes)[:, None, None] * distances",
        becomes="return (torch.tensor(slopes)[:, None, None] * distances).masked_fill(distances > 0, -torch.inf)",
        hint="There is no mask in the bias: an encoder has no causal mask.",
    ),
    Variant(
        "the bias depends on the key alone",
        was="keys - queries[:, None]",
        becomes="keys.expand(T, S)",
        hint="For the softmax it makes no difference, and BLOOM does it. But what should stand at the query's own token?",
    ),
    Variant(
        "the bias depends on the key alone, and is 0 for the last",
        was="keys - queries[:, None]",
        becomes="(keys - S + 1).expand(T, S)",
        hint="For the softmax it makes no difference, and MPT does it. But what should stand at the query's own token?",
    ),
    Variant(
        "queries and keys are swapped",
        was="keys - queries[:, None]",
        becomes="(keys[:, None] - queries).reshape(T, S)",
        hint="Which axis of (T, S) is for the queries?",
    ),
    Variant(
        "distances count from 1",
        was="keys - queries[:, None]",
        becomes="keys - queries[:, None] - 1",
        hint="How far away is a token from itself?",
    ),
    Variant(
        "the first query stands at the first key",
        was="torch.arange(S - T, S)",
        becomes="torch.arange(T)",
        hint="With 5 keys and 2 queries, which tokens are the queries?",
    ),
    Variant(
        "the result is float64",
        was="torch.tensor(slopes)",
        becomes="torch.tensor(slopes, dtype=torch.float64)",
        hint="Which dtype should the bias have?",
    ),
    Variant(
        "the slopes are rounded to half precision",
        was="torch.tensor(slopes)",
        becomes="torch.tensor(slopes).bfloat16().float()",
        hint="The first slope of 16 heads is 0.7071067812. How many of these digits are left?",
    ),
    Variant(
        "there is an axis for the batch",
        was="return torch.tensor(slopes)[:, None, None] * distances",
        becomes="return (torch.tensor(slopes)[:, None, None] * distances).unsqueeze(0)",
        hint="Which shape should the result have? Does it need a batch axis to be added to (B, H, T, S)?",
    ),
    Variant(
        "the heads come last",
        was="return torch.tensor(slopes)[:, None, None] * distances",
        becomes="return torch.tensor(slopes) * distances[..., None]",
        hint="In (B, H, T, S), where is the axis for the heads?",
    ),
]

EQUIVALENT: list[Equivalent] = [
    Equivalent(
        "a remainder of heads",
        was="num_heads - n + 1",
        becomes="num_heads % n + 1",
        reason="n goes once into the number of heads, so that the remainder is the difference.",
    ),
]
