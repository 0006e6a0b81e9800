"""Cross-entropy: targets that are ignored, label smoothing, reductions, and numbers of any size."""

import math

import pytest
import torch

from kata.grading import Case, Equivalent, Variant, exactly, integers, normal

pytestmark = pytest.mark.exercise(points=10, seconds=2, forbids=["*cross_entropy*", "*nll_loss*"])


def loss(impl, logits, target, **options):
    return impl.cross_entropy(logits, target, **options)


def ignoring(index, *places):
    def mark(target):
        return target.flatten().scatter(0, torch.tensor(places), index).view_as(target)

    return mark


def rule_out_the_last(logits):
    return torch.cat([logits[..., :-1], torch.full_like(logits[..., -1:], -math.inf)], dim=-1)


def nothing_at_the_second(logits):
    return torch.cat([logits[:1], torch.full_like(logits[1:2], math.nan), logits[2:]])


PLAIN = [
    Case("as many tokens as rows", logits=normal(4, 4), target=integers(4, high=4)),
    Case("as many tokens as positions", logits=normal(2, 3, 3), target=integers(2, 3, high=3)),
    Case("the loss of each position", logits=normal(2, 3, 5), target=integers(2, 3, high=5), reduction="none"),
    Case("the sum", logits=normal(2, 3, 5), target=integers(2, 3, high=5), reduction="sum"),
    Case("five sequences of one position", logits=normal(5, 1, 7), target=integers(5, 1, high=7), recall=True),
]

SOME_IGNORED = integers(2, 3, high=5).map(ignoring(-100, 0, 2))

IGNORED = [
    Case("the mean of the others", logits=normal(2, 3, 5), target=SOME_IGNORED),
    Case(
        "the loss of each position",
        logits=normal(2, 3, 5),
        target=integers(2, 3, high=5).map(ignoring(-1, 0, 2)),
        ignore_index=-1,
        reduction="none",
    ),
    Case("padding with token 0", logits=normal(5, 4), target=exactly([3, 0, 1, 0, 2]), ignore_index=0),
    Case("99 is ignored", logits=normal(4, 5), target=exactly([3, 99, 1, 0]), ignore_index=99),
    Case("ignored logits are NaN", logits=normal(3, 5).map(nothing_at_the_second), target=exactly([1, -100, 2])),
    Case("all is ignored", logits=normal(3, 5), target=exactly([-100, -100, -100])),
    Case(
        "longer sequences, smoothed and summed",
        logits=normal(3, 7, 11),
        target=integers(3, 7, high=11).map(ignoring(-100, 0, 8, 20)),
        label_smoothing=0.2,
        reduction="sum",
        recall=True,
    ),
]

EXTREME = [
    # One logit wins by far, so that the order of rounding does not matter.
    Case(
        "10 000 and -10 000",
        logits=exactly([[1e4, -1e4, 0.0], [-1e4, 0.0, 1e4], [1e4, 0.0, -1e4]]),
        target=exactly([1, 2, 1]),
    ),
    Case(
        "a token that is ruled out",
        logits=normal(4, 5).map(rule_out_the_last),
        target=exactly([3, 0, 4, 1]),
        reduction="none",
    ),
]

SMOOTH = Case("the mean, with ignored targets", logits=normal(2, 3, 5), target=SOME_IGNORED, label_smoothing=0.3)

SMOOTH_EACH = Case(
    "the loss of each position", logits=normal(4, 5), target=integers(4, high=5), label_smoothing=0.3, reduction="none"
)

REFUSED = [
    Case(f"the reduction {name}", logits=normal(4, 5), target=integers(4, high=5), reduction=name)
    for name in ("average", "total")
]


@pytest.mark.points(2)
@pytest.mark.parametrize("case", PLAIN, ids=str)
def test_values(check, case):
    check.values(loss, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", IGNORED, ids=str)
def test_ignored_targets(check, case):
    check.values(loss, case)


@pytest.mark.points(2)
def test_label_smoothing_and_its_gradients(check):
    check.gradients(loss, SMOOTH)


@pytest.mark.points(1)
def test_label_smoothing_of_each_position(check):
    check.values(loss, SMOOTH_EACH)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", EXTREME, ids=str)
def test_extreme_logits(check, case):
    check.gradients(loss, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", REFUSED, ids=str)
def test_other_reductions_are_refused(check, case):
    check.raises(ValueError, loss, case)


HINTS = [
    "What turns logits into logarithms of probabilities, along which axis, and what takes one number out of each row?",
    (
        "The loss of a position with smoothing is a mix of two: minus the logarithm at the target, and minus the mean of "
        "the logarithms. Make it for all positions, then put 0 where the target is ignored. Which index can you look up "
        "at those in the meantime? What is the mean divided by, and what is 0 times -inf?"
    ),
    (
        "About ten lines: the logarithms; a mask of what is ignored; the targets with 0 in these places; a gather, its "
        "axis added and taken away again; the mix, only if there is smoothing; 0 where ignored; then one return for each "
        "reduction and a raise."
    ),
]

ALSO_RIGHT = [
    Variant(
        "only the positions that count, put back for none",
        body="""
        if reduction not in {"none", "sum", "mean"}:
            raise ValueError(reduction)
        valid = target != ignore_index
        rows, labels = logits[valid], target[valid]
        norm = rows.logsumexp(-1)
        picked = norm - rows[list(range(len(rows))), labels]
        if label_smoothing:
            picked = picked * (1 - label_smoothing) + (norm - rows.mean(-1)) * label_smoothing
        if reduction == "none":
            return logits.new_zeros(target.shape).masked_scatter(valid, picked)
        return getattr(picked, reduction)()
        """,
    ),
    Variant(
        "a distribution to compare with, in float64",
        body="""
        import torch
        V = logits.shape[-1]
        wanted = (torch.arange(V, device=logits.device) == target.unsqueeze(-1)).double()
        wanted = wanted * (1 - label_smoothing) + label_smoothing / V
        wanted[target == ignore_index] = 0
        log_probs = torch.log_softmax(logits.double(), -1)
        terms = torch.where(wanted > 0, wanted * log_probs, torch.zeros_like(wanted))
        losses = -terms.sum(-1)
        match reduction:
            case "none":
                out = losses
            case "sum":
                out = losses.sum()
            case "mean":
                out = losses.sum() / target.ne(ignore_index).sum()
            case _:
                raise ValueError("reduction")
        return out.to(logits.dtype)
        """,
    ),
    Variant(
        "one position after the other",
        body="""
        import torch
        losses, count = [], 0
        for row, label in zip(logits.reshape(-1, logits.shape[-1]), target.flatten().tolist()):
            if label == ignore_index:
                losses.append(row.new_zeros(()))
                continue
            row = row - row.max().detach()
            norm = row.exp().sum().log()
            one = norm - row[label]
            if label_smoothing != 0:
                one = one + label_smoothing * (row[label] - row.mean())
            losses.append(one)
            count += 1
        losses = torch.stack(losses)
        if reduction == "none":
            return losses.reshape(target.shape)
        if reduction not in ("sum", "mean"):
            raise ValueError
        total = losses.sum()
        return total if reduction == "sum" else total / torch.tensor(count, device=total.device)
        """,
    ),
]

MISTAKES = [
    Variant(
        "the sign is missing",
        was="-log_probs.gather",
        becomes="log_probs.gather",
        hint="A logarithm of a probability is never above 0. And a loss?",
    ),
    Variant(
        "the loss is made of probabilities, without the logarithm",
        was="log_softmax",
        becomes="softmax",
        hint="How large should the loss be when the right token has nearly no probability?",
    ),
    Variant(
        "the loss is made of logits, without a softmax",
        was="logits.log_softmax(dim=-1)",
        becomes="logits",
        hint="Should the loss change when the same number is added to all logits of a position?",
    ),
    Variant(
        "the exponentials overflow",
        was="logits.log_softmax(dim=-1)",
        becomes="(logits.exp() / logits.exp().sum(dim=-1, keepdim=True)).log()",
        hint="What is exp(10 000) in float32? What did logsumexp do about it?",
    ),
    Variant(
        "the logarithm is taken of a softmax",
        was="logits.log_softmax(dim=-1)",
        becomes="logits.softmax(dim=-1).log()",
        hint="A probability of e^-10 000 is 0 in floating point. What is its logarithm then, and what should it be?",
    ),
    Variant(
        "a small number is added to the probabilities",
        was="logits.log_softmax(dim=-1)",
        becomes="(logits.softmax(dim=-1) + 1e-9).log()",
        hint="How large can the loss still become, and how large should it be?",
    ),
    Variant(
        "the softmax runs over the batch",
        was="log_softmax(dim=-1)",
        becomes="log_softmax(dim=0)",
        hint="Which probabilities should sum to 1?",
    ),
    Variant(
        "the softmax runs over axis 1",
        was="log_softmax(dim=-1)",
        becomes="log_softmax(dim=1)",
        hint="In (N, T, V), which axis is the vocabulary?",
    ),
    Variant(
        "the vocabulary is taken to be axis 1",
        was="logits.log_softmax(dim=-1)",
        becomes="logits.movedim(1, -1).log_softmax(dim=-1)",
        hint="torch's function wants (N, V, T). In which order are the axes here?",
    ),
    Variant(
        "ignored positions count in the mean",
        was="losses.sum() / (~ignored).sum()",
        becomes="losses.mean()",
        hint="By how many positions is the sum divided?",
    ),
    Variant(
        "ignored positions count in the sum",
        was="losses = losses.masked_fill(ignored, 0.0)",
        becomes="pass",
        hint="What does a position without a target add to the sum?",
    ),
    Variant(
        "nothing is ignored but -100",
        was="target == ignore_index",
        becomes="target == -100",
        hint="What is the argument `ignore_index` for?",
    ),
    Variant(
        "all that is below 0 is ignored, and nothing else",
        was="target == ignore_index",
        becomes="target < 0",
        hint="Padding is often token 0. Which comparison does `ignore_index` ask for?",
    ),
    Variant(
        "ignored targets are looked up",
        was="target.masked_fill(ignored, 0)",
        becomes="target",
        hint="Position -100 does not exist, even if the loss there is thrown away later. What can you look up instead?",
    ),
    Variant(
        "targets are cut off at 0 before they are looked up",
        was="target.masked_fill(ignored, 0)",
        becomes="target.clamp(min=0)",
        hint="What if `ignore_index` is larger than any token?",
    ),
    Variant(
        "ignored losses are multiplied by 0",
        was="losses.masked_fill(ignored, 0.0)",
        becomes="losses * ~ignored",
        hint="What is NaN times 0?",
    ),
    Variant(
        "all ignored gives 0 as the mean",
        was="(~ignored).sum()",
        becomes="(~ignored).sum().clamp(min=1)",
        hint="What is the mean of no numbers at all in torch?",
    ),
    Variant(
        "each sequence has a mean of its own",
        was="losses.sum() / (~ignored).sum()",
        becomes="(losses.sum(-1) / (~ignored).sum(-1)).mean()",
        hint="Is the mean of two means the mean of all, when one sequence has 3 targets and the other has 1?",
    ),
    Variant(
        "`none` leaves out what is ignored",
        was="        return losses\n",
        becomes="        return losses[~ignored] if ignored.any() else losses\n",
        hint="Which shape should the result have?",
    ),
    Variant(
        "`none` gives a flat list",
        was="        return losses\n",
        becomes="        return losses.flatten()\n",
        hint="Which shape has the target?",
    ),
    Variant(
        "`none` gives the mean",
        was="        return losses\n",
        becomes="        return losses.sum() / (~ignored).sum()\n",
        hint='What does `reduction="none"` leave undone?',
    ),
    Variant(
        "`sum` gives the mean",
        was="return losses.sum()  # ()",
        becomes="return losses.sum() / (~ignored).sum()",
        hint="By what is a sum divided?",
    ),
    Variant(
        "`mean` gives the sum",
        was="return losses.sum() / (~ignored).sum()",
        becomes="return losses.sum()",
        hint="By what is a mean divided?",
    ),
    Variant(
        "another reduction counts as the mean",
        was="raise ValueError(",
        becomes="return losses.sum() / (~ignored).sum()  # (",
        hint='Someone writes `reduction="average"`. How will they notice?',
    ),
    Variant(
        "label smoothing is left out",
        was="if label_smoothing > 0:",
        becomes="if False:",
        hint="Which share of the loss goes to all tokens alike?",
    ),
    Variant(
        "label smoothing is left out unless the mean is asked for",
        was="if label_smoothing > 0:",
        becomes='if label_smoothing > 0 and reduction == "mean":',
        hint="Label smoothing changes the loss of each position. When does the reduction come in?",
    ),
    Variant(
        "label smoothing is computed even if it is 0",
        was="if label_smoothing > 0:",
        becomes="if True:",
        hint="A token that is ruled out has the logarithm -inf. What is 0 times that?",
    ),
    Variant(
        "the two shares of label smoothing are swapped",
        was="(1 - label_smoothing) * losses - label_smoothing *",
        becomes="label_smoothing * losses - (1 - label_smoothing) *",
        hint="With a label smoothing of 0.1, how much of the loss is for the right token?",
    ),
    Variant(
        "label smoothing comes on top of the whole loss",
        was="(1 - label_smoothing) * losses",
        becomes="losses",
        hint="What do the two shares add up to?",
    ),
    Variant(
        "the smoothing part is summed over the vocabulary, not divided by V",
        was="log_probs.mean(dim=-1)",
        becomes="log_probs.sum(dim=-1)",
        hint="What does each of the V tokens get of the share ε?",
    ),
    Variant(
        "the smoothing share is spread over the wrong tokens only",
        was="label_smoothing * log_probs.mean(dim=-1)",
        becomes="label_smoothing * (log_probs.sum(dim=-1) + losses / (1 - label_smoothing) * (1 - label_smoothing))"
        " / (logits.shape[-1] - 1)",
        hint="There is another definition of label smoothing. Here, does the right token have a part in the share ε?",
    ),
    Variant(
        "the smoothing part has the wrong sign",
        was="- label_smoothing * log_probs",
        becomes="+ label_smoothing * log_probs",
        hint="Neither part of the loss is ever negative.",
    ),
    Variant(
        "the smoothing part is a mean over the whole batch",
        was="log_probs.mean(dim=-1)",
        becomes="log_probs.mean()",
        hint="Every position has a smoothing part of its own.",
    ),
    Variant(
        "the smoothing part is divided by the number of all positions",
        was="return losses.sum() / (~ignored).sum()  # ()",
        becomes="smooth = -label_smoothing * log_probs.mean(dim=-1).masked_fill(ignored, 0.0) if label_smoothing else losses * 0\n"
        "        return (losses - smooth).sum() / (~ignored).sum() + smooth.mean()",
        hint="Which positions have a smoothing part, and how many are they?",
    ),
    Variant(
        "ignored positions have a smoothing part",
        was="losses = losses.masked_fill(ignored, 0.0)",
        becomes="losses = losses.masked_fill(ignored, 0.0) - label_smoothing * log_probs.mean(dim=-1) * ignored"
        " if label_smoothing else losses.masked_fill(ignored, 0.0)",
        hint="A position without a target has no loss at all.",
    ),
    Variant(
        "logarithms are multiplied by ones and zeros",
        was="-log_probs.gather(-1, index.unsqueeze(-1)).squeeze(-1)",
        becomes="-(log_probs * (index.unsqueeze(-1) == index.new_ones(logits.shape[-1]).cumsum(0) - 1)).sum(dim=-1)",
        hint="What is 0 times -inf?",
    ),
    Variant(
        "the argument is changed in place",
        was="target.masked_fill(ignored, 0)",
        becomes="target.masked_fill_(ignored, 0)",
        hint="A method that ends in an underscore writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "the result is float32",
        was="log_probs = logits.log_softmax(dim=-1)",
        becomes="log_probs = logits.float().log_softmax(dim=-1)",
        hint="Which dtype do the logits have? The loss should have the same, with all its digits.",
    ),
    Variant(
        "the softmax carries no gradient",
        was="logits.log_softmax(dim=-1)",
        becomes="logits - logits.logsumexp(dim=-1, keepdim=True).detach()",
        hint="The logits of the wrong tokens must get smaller. Through which part of the formula do they know?",
    ),
    Variant(
        "the smoothing part carries no gradient",
        was="label_smoothing * log_probs.mean(dim=-1)",
        becomes="label_smoothing * log_probs.mean(dim=-1).detach()",
        hint="Both parts of the loss should reach the logits.",
    ),
]

EQUIVALENT: list[Equivalent] = [
    Equivalent(
        "token 1 is looked up for an ignored target",
        was="masked_fill(ignored, 0)",
        becomes="masked_fill(ignored, 1)",
        reason="What is looked up there is replaced by 0 afterwards.",
    ),
    Equivalent(
        "any smoothing but 0",
        was="label_smoothing > 0",
        becomes="label_smoothing != 0",
        reason="It is never below 0.",
    ),
]
