"""The losses of a reward model: for pairs of answers, and for answers put in order."""

import pytest

from kata.grading import Case, Equivalent, Variant, exactly, normal, uniform

pytestmark = pytest.mark.exercise(points=10, seconds=2)


def compare(impl, chosen, rejected, **margin):
    return impl.reward_loss(chosen, rejected, **margin)


def rank(impl, rewards):
    return impl.ranking_loss(rewards)


PAIRS = [
    Case("no margin", chosen=normal(6), rejected=normal(6)),
    Case("one margin for all", chosen=normal(6), rejected=normal(6), margin=0.75),
    Case("a margin for each pair", chosen=normal(6), rejected=normal(6), margin=uniform(6, high=3.0)),
    Case("eleven pairs, one margin for all", chosen=normal(11), rejected=normal(11), margin=0.25, recall=True),
]

RANKINGS = [
    Case("four answers to each of three prompts", rewards=normal(3, 4)),
    Case("two answers to each of five prompts", rewards=normal(5, 2), recall=True),
]

LARGE = [
    (compare, Case("pairs", chosen=exactly([1e4, -1e4, 1e4]), rejected=exactly([-1e4, 0.0, 0.0]))),
    (rank, Case("rankings", rewards=exactly([[1e4, 0.0, -1e4], [0.0, -1e4, 1e4]]))),
]

EQUAL = [
    (compare, Case("pairs", chosen=exactly([0.0, 2.0]), rejected=exactly([0.0, 2.0]))),
    (rank, Case("rankings", rewards=exactly([[0.0, 0.0, 0.0], [2.0, 2.0, 1.0]]))),
]


@pytest.mark.points(4)
@pytest.mark.parametrize("case", PAIRS, ids=str)
def test_pairs(check, case):
    check.values(compare, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", RANKINGS, ids=str)
def test_rankings(check, case):
    check.values(rank, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("scenario, case", LARGE, ids=["pairs", "rankings"])
def test_rewards_of_10_000_and_their_gradients(check, scenario, case):
    check.gradients(scenario, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("scenario, case", EQUAL, ids=["pairs", "rankings"])
def test_equal_rewards_and_their_gradients(check, scenario, case):
    check.gradients(scenario, case)


HINTS = [
    "What is σ(-1000) in floating point, and what is its logarithm? What should it be?",
    "log σ(z) = -log(1 + exp(-z)). Which function of torch computes that without ever computing exp(1000)? For the ranking: which pairs (i, j) does the sum in the formula run over?",
    "reward_loss: a difference, less the margin if there is one, then one function, then a mean. ranking_loss: take the better and the worse reward of each pair by two lists of indices, and go on as before.",
]

ALSO_RIGHT = [
    Variant(
        "pairs: softplus of the opposite difference",
        body="""
        offset = rejected + (0 if margin is None else margin)
        return F.softplus(offset - chosen).sum() / len(chosen)
        """,
        region=0,
    ),
    Variant(
        "pairs: a choice between two classes",
        body="""
        below = rejected if margin is None else rejected + margin
        scores = torch.stack([chosen, below], dim=1)
        return F.cross_entropy(scores, torch.zeros(len(chosen), dtype=torch.long, device=chosen.device))
        """,
        region=0,
    ),
    Variant(
        "pairs: logaddexp, in float64",
        body="""
        if margin is None:
            margin = torch.zeros_like(rejected)
        z = chosen.double() - rejected.double() - margin
        return torch.logaddexp(torch.zeros_like(z), -z).mean().to(chosen.dtype)
        """,
        region=0,
    ),
    Variant(
        "pairs: binary cross-entropy with logits",
        body="""
        logits = chosen - rejected
        logits = logits - (margin if margin is not None else 0.0)
        return F.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))
        """,
        region=0,
    ),
    Variant(
        "rankings: a loop over the pairs",
        body="""
        K, losses = rewards.size(1), []
        for i in range(K):
            for j in range(i + 1, K):
                losses.append(reward_loss(rewards[:, i], rewards[:, j]))
        return sum(losses) / len(losses)
        """,
    ),
    Variant(
        "rankings: every difference, and a mask",
        body="""
        B, K = rewards.shape
        differences = rewards.unsqueeze(2) - rewards.unsqueeze(1)
        keep = torch.ones(K, K, dtype=torch.bool, device=rewards.device).triu(1)
        return F.softplus(-differences).masked_select(keep).mean()
        """,
    ),
    Variant(
        "rankings: prompt by prompt, with torch.combinations",
        body="""
        losses = []
        for row in rewards:
            better, worse = torch.combinations(row).unbind(1)
            losses.append(-F.logsigmoid(better - worse).mean())
        return torch.stack(losses).mean()
        """,
    ),
]

MISTAKES = [
    # In both functions: the logarithm of the sigmoid.
    Variant(
        "the logarithm of a sigmoid, in two steps",
        was="F.logsigmoid(",
        becomes="(lambda z: torch.sigmoid(z).log())(",
        hint="What is sigmoid(-1000) in floating point, and what is the logarithm of that?",
    ),
    Variant(
        "the sigmoid is kept away from 0",
        was="F.logsigmoid(",
        becomes="(lambda z: torch.sigmoid(z).clamp(min=1e-8).log())(",
        hint="No infinity any more, but which number should log σ(-1000) be? And what gradient does a clamped number pass on?",
    ),
    Variant(
        "a small number is added to the sigmoid",
        was="F.logsigmoid(",
        becomes="(lambda z: (torch.sigmoid(z) + 1e-8).log())(",
        hint="No infinity any more, but which number should log σ(-1000) be? Which form of log σ needs no help?",
    ),
    Variant(
        "the difference is kept within bounds",
        was="F.logsigmoid(",
        becomes="(lambda z: F.logsigmoid(z.clamp(-50.0, 50.0)))(",
        hint="A pair that is wrong by 10 000 has a loss of 10 000. Which form of log σ needs no bounds?",
    ),
    Variant(
        "the gradient of a branch not taken is infinite",
        was="F.logsigmoid(",
        becomes="(lambda z: torch.where(z > 0, -torch.log1p(torch.exp(-z)), z - torch.log1p(torch.exp(z))))(",
        hint="`torch.where` works out both branches, and their gradients. What is exp(10 000), and infinity times 0?",
    ),
    Variant(
        "no gradient where two rewards are equal",
        was="F.logsigmoid(",
        becomes="(lambda z: -F.relu(-z) - torch.log1p(torch.exp(-z.abs())))(",
        hint="Which gradient does torch give to relu at 0, and to abs? The slope of log σ at 0 is 1/2.",
    ),
    Variant(
        "twice the gradient where two rewards are equal",
        was="F.logsigmoid(",
        becomes="(lambda z: z.clamp(max=0.0) - torch.log1p(torch.exp(-z.abs())))(",
        hint="Which gradient does torch give to clamp at its bound, and to abs at 0? The slope of log σ at 0 is 1/2.",
    ),
    Variant(
        "the sign is missing",
        was="-F.logsigmoid(",
        becomes="F.logsigmoid(",
        hint="A loss gets smaller as the model gets better. Is a logarithm of a probability above or below 0?",
    ),
    Variant(
        "the worse answer is preferred",
        was="F.logsigmoid(",
        becomes="F.logsigmoid(-1 * ",
        hint="Which of the two answers should have the higher reward when the loss is small?",
    ),
    Variant(
        "no logarithm",
        was="F.logsigmoid(",
        becomes="torch.sigmoid(",
        hint="The likelihood of all the preferences is a product. What makes it a sum?",
    ),
    Variant(
        "the sum instead of the mean",
        was=".mean()",
        becomes=".sum()",
        hint="Should the loss double when the same batch comes twice?",
    ),
    Variant(
        "a loss for each pair",
        was=".mean()",
        becomes="",
        hint="What shape does the result have? It should be one number.",
    ),
    Variant(
        "a number instead of a tensor",
        was=".mean()",
        becomes=".mean().item()",
        hint="How is `backward` to be called on it?",
    ),
    Variant(
        "computes in float32 and stays there",
        was=".mean()",
        becomes=".float().mean()",
        hint="Which dtype went in? The same should come out.",
    ),
    # In reward_loss.
    Variant(
        "the exponential of a reward",
        body="""
        if margin is not None:
            chosen = chosen - margin
        return -(chosen.exp() / (chosen.exp() + rejected.exp())).log().mean()
        """,
        region=0,
        hint="The same in mathematics, but what is exp(10 000)? Only the difference of the rewards matters.",
    ),
    Variant(
        "the differences are averaged first",
        was="-F.logsigmoid(difference).mean()",
        becomes="-F.logsigmoid(difference.mean())",
        hint="Each pair has a loss of its own. Is the loss of the mean the mean of the losses?",
    ),
    Variant(
        "every chosen answer is compared with every rejected one",
        was="chosen - rejected",
        becomes="chosen[:, None] - rejected",
        hint="What shape has the difference of an (N, 1) and an (N,)? How many pairs are there?",
    ),
    Variant(
        "no gradient reaches the rejected answers",
        was="chosen - rejected",
        becomes="chosen - rejected.detach()",
        hint="The reward of the rejected answer should go down, too.",
    ),
    Variant(
        "the rewards are changed in place",
        was="chosen - rejected",
        becomes="chosen - rejected if chosen.requires_grad else chosen.sub_(rejected)",
        hint="An operator like `-=` writes into its tensor. Whose tensor is it?",
    ),
    Variant(
        "the margin is ignored",
        was="difference - margin",
        becomes="difference",
        hint="Where in the formula does m stand?",
    ),
    Variant(
        "the margin is added to the difference",
        was="difference - margin",
        becomes="difference + margin",
        hint="With a large margin the model must do better for the same loss. Which sign does that?",
    ),
    Variant(
        "the difference is multiplied by the margin",
        was="difference - margin",
        becomes="difference * margin",
        hint="What should a margin of 0 do?",
    ),
    Variant(
        "the margin is added to the loss",
        was="""
    if margin is not None:
        difference = difference - margin  # (N,)
    return -F.logsigmoid(difference).mean()  # ()""",
        becomes="""
    loss = -F.logsigmoid(difference)
    if margin is not None:
        loss = loss + margin
    return loss.mean()""",
        hint="Outside the sigmoid a margin has no influence on the gradient. Where in the formula does m stand?",
    ),
    Variant(
        "the mean margin for every pair",
        was="difference - margin",
        becomes="difference - torch.as_tensor(margin).mean()",
        hint="A tensor of margins has one for each pair.",
    ),
    Variant(
        "a margin is tested for truth",
        was="if margin is not None:",
        becomes="if margin:",
        hint="What is the truth value of a tensor with six numbers? What is to be asked is whether there is a margin.",
    ),
    Variant(
        "there must be a margin",
        was="if margin is not None:",
        becomes="if True:",
        hint="What is 1.5 - None? Without a margin there is nothing to subtract.",
    ),
    Variant(
        "the margin must be a tensor",
        was="difference - margin",
        becomes="difference - margin.to(difference)",
        hint="A plain number may be given, too: one margin for all pairs.",
    ),
    Variant(
        "a hinge instead of the sigmoid",
        was="-F.logsigmoid(difference).mean()",
        becomes="F.relu(-difference).mean()",
        hint="Close to 0 the loss bends smoothly. What is the loss of two equal rewards?",
    ),
    # In ranking_loss.
    Variant(
        "the worst answer first",
        was="rewards[:, better] - rewards[:, worse]",
        becomes="rewards[:, worse] - rewards[:, better]",
        hint="Which column holds the best answer?",
    ),
    Variant(
        "each answer is compared with itself, too",
        was="offset=1",
        becomes="offset=0",
        hint="How many pairs do 4 answers make? Should one with i = j be among them?",
    ),
    Variant(
        "each answer is compared with itself, but not counted",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid(differences).mean() + 2 * F.softplus(rewards.new_zeros(())) / (K - 1)",
        hint="What is -log σ(0)? Should a pair with i = j be in the sum?",
    ),
    Variant(
        "each pair is counted in both orders",
        was="better, worse = torch.triu_indices(K, K, offset=1, device=rewards.device)",
        becomes="better, worse = (1 - torch.eye(K, device=rewards.device)).nonzero().T",
        hint="How many pairs do 4 answers make? In a pair, which of the two is better?",
    ),
    Variant(
        "only neighbours are compared",
        was="better, worse = torch.triu_indices(K, K, offset=1, device=rewards.device)",
        becomes="better, worse = torch.arange(K - 1), torch.arange(1, K)",
        hint="How many pairs do 4 answers make? Is the first compared with the last?",
    ),
    Variant(
        "only the best answer is compared with the others",
        was="better, worse = torch.triu_indices(K, K, offset=1, device=rewards.device)",
        becomes="better, worse = [0] * (K - 1), list(range(1, K))",
        hint="How many pairs do 4 answers make? Is the second compared with the third?",
    ),
    Variant(
        "the last answer is left out",
        was="torch.triu_indices(K, K,",
        becomes="torch.triu_indices(K - 1, K - 1,",
        hint="How far do i and j run? `range` leaves out its end.",
    ),
    Variant(
        "the pairs of a prompt are summed up",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid(differences).sum(1).mean()",
        hint="By what is the sum over the pairs divided in the formula?",
    ),
    Variant(
        "the prompts are summed up",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid(differences).mean(1).sum()",
        hint="Should the loss double when the same batch comes twice?",
    ),
    Variant(
        "the pairs of a prompt are divided by K",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid(differences).sum(1).mean() / K",
        hint="K answers make how many pairs?",
    ),
    Variant(
        "the mean is over all K × K differences",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid(differences).sum(1).mean() / K**2",
        hint="A mean over a masked matrix divides by all its entries. How many of them count?",
    ),
    Variant(
        "the differences are masked before the logarithm",
        was="-F.logsigmoid(differences).mean()",
        becomes="-F.logsigmoid((rewards[:, :, None] - rewards[:, None, :]).triu(1)).mean()",
        hint="What is -log σ(0)? Does a pair that is masked out still add to the loss?",
    ),
    Variant(
        "only the first prompt counts",
        was="differences = rewards[:, better] - rewards[:, worse]",
        becomes="differences = rewards[0, better] - rewards[0, worse]",
        hint="Each row is a prompt of its own, and the mean is over all of them.",
    ),
    Variant(
        "answers to different prompts are compared",
        was="K = rewards.shape[1]",
        becomes="rewards = rewards.reshape(1, -1)\n    K = rewards.shape[1]",
        hint="Nobody said which of two answers to different prompts is better. What do the rows stand for?",
    ),
    Variant(
        "a softmax over the list",
        was="-F.logsigmoid(differences).mean()",
        becomes="sum(rewards[:, i:].logsumexp(1) - rewards[:, i] for i in range(K - 1)).mean() / (K - 1)",
        hint="That is another loss for rankings, Plackett and Luce's. Here each pair has a sigmoid of its own.",
    ),
    Variant(
        "no gradient reaches the better answers",
        was="rewards[:, better] - rewards",
        becomes="rewards[:, better].detach() - rewards",
        hint="The reward of the better answer should go up, too.",
    ),
]

EQUIVALENT: list[Equivalent] = []
