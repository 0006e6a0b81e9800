"""A language of a few thousand sentences, so small that what a model knows of it is added up, and not sampled.

A sentence is "NOUN is ADJECTIVE", or "NOUN is ADJECTIVE and ADJECTIVE", and an end. The nouns belong to four topics, and an
answer to a topic is a sentence on one of its nouns. Of the adjectives half are good and half are bad: people like an answer the
better, the more good ones it has, and dislike nothing more than what is no answer at all. So the best policy for a penalty is
known in closed form. What models are measured by is computed from their weights, by formulas of this module's own: no code
of a submission takes part.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Generator, Tensor

from kata.judge.cases import Recipe, Source

END, ABOUT, IS, AND = range(4)
TOPICS = range(4, 8)
NOUNS = range(8, 32)  # six of each topic
GOOD, BAD = range(32, 38), range(38, 44)
VOCABULARY = 44
PER_TOPIC = len(NOUNS) // len(TOPICS)
ADJECTIVES = len(GOOD) + len(BAD)
PROMPT, ANSWER = 2, 6  # tokens of a prompt, "about TOPIC", and of the longest answer, its end included
NO_ANSWER = -2.0  # people's score for what is off the topic or the grammar
State = dict[str, Tensor]


def stored(file: Path) -> State:
    """Read the weights of a model from a file, which can hold no code."""
    return load_file(file)


# What models learn from.


def text(rows: int, length: int, generator: Generator) -> Tensor:
    """Draw running text: rows that begin with an end, and then have sentences up to their length."""
    count = length // 4 + 1  # no sentence is shorter than four tokens
    drawn = _sentences(torch.randint(len(NOUNS), (rows * count,), generator=generator), generator)
    lines = torch.full((rows, length), END)
    for line, sentences in zip(lines, drawn.reshape(rows, count, ANSWER), strict=True):
        line[1:] = torch.cat([sentence[_is_said(sentence)] for sentence in sentences])[: length - 1]
    return lines


def demonstrations(rows: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw prompts with an answer each, and the mask of the answers."""
    topics = torch.randint(len(TOPICS), (rows,), generator=generator)
    nouns = PER_TOPIC * topics + torch.randint(PER_TOPIC, (rows,), generator=generator)
    return _asked(topics, _sentences(nouns, generator))


def prompts(rows: int) -> Tensor:
    """Make prompts, of each topic as many."""
    topics = torch.arange(rows) % len(TOPICS)
    return torch.stack([torch.full_like(topics, ABOUT), topics + TOPICS[0]], dim=1)


def preferences(state: State, rows: int, generator: Generator) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Draw pairs of answers that a model gives to the same prompt: first the one that people chose, then the other.

    They choose by the difference of their scores, as the model of Bradley and Terry has it, and of two that they like
    alike they choose none.
    """
    asked = prompts(2 * rows)
    answers = [sampled(state, asked, generator) for _ in range(2)]
    scores = [liked(ids) for ids, _ in answers]
    first = torch.rand(len(asked), generator=generator) < torch.sigmoid(scores[0] - scores[1])
    unlike = (scores[0] != scores[1]).nonzero().squeeze(1)
    unlike = unlike[torch.randperm(len(unlike), generator=generator)][:rows]
    (ids, mask), (other_ids, other_mask) = answers
    keep = first.unsqueeze(1)
    chosen = torch.where(keep, ids, other_ids)[unlike], torch.where(keep, mask, other_mask)[unlike]
    rejected = torch.where(keep, other_ids, ids)[unlike], torch.where(keep, other_mask, mask)[unlike]
    return chosen, rejected


def batches(draw: Any, count: int, *sizes: Any) -> Recipe:
    """Draw so many batches, each by `draw(*sizes, generator)`."""
    return Recipe(lambda source: [draw(*sizes, source.generator) for _ in range(count)])


def preference_batches(state: State, count: int, rows: int) -> Recipe:
    """Draw batches of pairs; all of them at once, which takes less time."""

    def draw(source: Source) -> list[Any]:
        sides = preferences(state, count * rows, source.generator)
        parts = [torch.split(tensor, rows) for side in sides for tensor in side]
        return [((ids, mask), (other, hidden)) for ids, mask, other, hidden in zip(*parts, strict=True)]

    return Recipe(draw)


def rollouts(count: int, rows: int) -> Recipe:
    """Draw what a round of PPO is given: prompts, and the numbers that its answers are drawn by."""
    return Recipe(
        lambda source: [(prompts(rows), torch.rand(rows, ANSWER, generator=source.generator)) for _ in range(count)]
    )


def _sentences(nouns: Tensor, generator: Generator) -> Tensor:
    """Sentences on these nouns, (N, 6)."""
    count = len(nouns)
    first, second = GOOD[0] + torch.randint(ADJECTIVES, (2, count), generator=generator)
    two, same = torch.rand(count, generator=generator) < 0.5, torch.zeros_like(nouns)
    columns = [nouns + NOUNS[0], same + IS, first, two * AND, two * second, same + END]
    return torch.stack(columns, dim=1)


def _is_said(answers: Tensor) -> Tensor:
    """True up to the first end, and there."""
    ends = (answers == END).long()
    return ends.cumsum(-1) - ends < 1


def _asked(topics: Tensor, answers: Tensor) -> tuple[Tensor, Tensor]:
    asked = torch.stack([torch.full_like(topics, ABOUT), topics + TOPICS[0]], dim=1)
    mask = torch.cat([torch.zeros_like(asked, dtype=torch.bool), _is_said(answers)], dim=1)
    return torch.cat([asked, answers], dim=1), mask


# What people like.


def liked(ids: Tensor) -> Tensor:
    """The score that people give each answer: good adjectives less bad ones, if it is an answer."""
    topics, nouns, verb, first, more, second, end = ids[:, 1:].T
    on_topic = torch.div(nouns - NOUNS[0], PER_TOPIC, rounding_mode="floor") == topics - TOPICS[0]
    begins = on_topic & (verb == IS) & (first >= GOOD[0])
    two = (more == AND) & (second >= GOOD[0]) & (end == END)
    scores = _taste(first) + torch.where(two, _taste(second), 0.0)
    return torch.where(begins & (two | (more == END)), scores, NO_ANSWER)


def _taste(adjectives: Tensor) -> Tensor:
    return torch.where(adjectives < BAD[0], 1.0, -1.0)


# What a model knows, from its weights.


def hidden(state: State, ids: Tensor, prefix: str = "") -> Tensor:
    """Compute what the layers of a TinyGPT give, (B, T, D)."""
    part = {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}
    width = part["norm.weight"].shape

    def linear(x: Tensor, name: str) -> Tensor:
        return F.linear(x, part[f"{name}.weight"], part[f"{name}.bias"])

    def norm(x: Tensor, name: str) -> Tensor:
        return F.layer_norm(x, width, part[f"{name}.weight"], part[f"{name}.bias"])

    x = part["tokens.weight"][ids] + part["positions.weight"][: ids.shape[1]]
    later = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).triu(1)
    for number in range(sum(name.endswith("qkv.weight") for name in part)):
        block = f"blocks.{number}"
        q, k, v = linear(norm(x, f"{block}.norm1"), f"{block}.qkv").chunk(3, dim=-1)
        scores = (q @ k.mT / width[0] ** 0.5).masked_fill(later, -torch.inf)
        x = x + linear(scores.softmax(dim=-1) @ v, f"{block}.out")
        x = x + linear(F.gelu(linear(norm(x, f"{block}.norm2"), f"{block}.up")), f"{block}.down")
    return norm(x, "norm")


def log_probs(state: State, ids: Tensor) -> Tensor:
    """Compute the log-probability of each token but the first, given those before it, (B, T - 1)."""
    logits = F.linear(hidden(state, ids[:, :-1]), state["head.weight"], state["head.bias"])
    return logits.log_softmax(dim=-1).gather(2, ids[:, 1:, None]).squeeze(2)


def sampled(state: State, asked: Tensor, generator: Generator) -> tuple[Tensor, Tensor]:
    """Draw an answer to each prompt; what comes after an end is ends."""
    ids = asked
    for _ in range(ANSWER):
        logits = F.linear(hidden(state, ids)[:, -1], state["head.weight"], state["head.bias"])
        new = torch.multinomial(logits.softmax(dim=-1), 1, generator=generator)
        ids = torch.cat([ids, new], dim=1)
    said = _is_said(ids[:, PROMPT:])
    answers = ids[:, PROMPT:].masked_fill(~said, END)
    mask = torch.cat([torch.zeros_like(asked, dtype=torch.bool), said], dim=1)
    return torch.cat([asked, answers], dim=1), mask


def scores(state: State, ids: Tensor, mask: Tensor) -> Tensor:
    """Compute what a reward model says at the last token of each answer, (B,)."""
    each = F.linear(hidden(state, ids, "gpt."), state["score.weight"], state["score.bias"]).squeeze(-1)
    places = torch.arange(mask.shape[1])
    return each.gather(1, torch.where(mask, places, 0).amax(dim=1, keepdim=True)).squeeze(1)


@cache
def answers() -> tuple[Tensor, Tensor, Tensor]:
    """All answers that there are: ids and masks (4 · 936, 8), and people's scores (4, 936)."""
    each = [_all_sentences()[_nouns_of(topic)] for topic in range(len(TOPICS))]
    count = len(each[0])
    ids, mask = _asked(torch.arange(len(TOPICS)).repeat_interleave(count), torch.cat(each))
    return ids, mask, liked(ids).double().reshape(len(TOPICS), count)


@cache
def _all_sentences() -> Tensor:
    nouns, adjectives = torch.tensor(NOUNS), torch.arange(GOOD[0], BAD[-1] + 1)
    short = torch.cartesian_prod(nouns, adjectives)
    long = torch.cartesian_prod(nouns, adjectives, adjectives)

    def sentence(nouns: Tensor, first: Tensor, second: Tensor, more: int) -> Tensor:
        same = torch.zeros_like(nouns)
        return torch.stack([nouns, same + IS, first, same + more, second, same + END], dim=1)

    ends = torch.full((len(short),), END)
    return torch.cat([sentence(short[:, 0], short[:, 1], ends, END), sentence(long[:, 0], long[:, 1], long[:, 2], AND)])


def _nouns_of(topic: int) -> Tensor:
    return torch.div(_all_sentences()[:, 0] - NOUNS[0], PER_TOPIC, rounding_mode="floor") == topic


@torch.no_grad()
def far_from_the_language(state: State) -> float:
    """The divergence of the model from the language, in nats a sentence: 0 for who knows it."""
    sentences = _all_sentences()
    two = sentences[:, 3] == AND
    truth = torch.where(two, 0.5 / two.sum(), 0.5 / (~two).sum()).double()
    ids = F.pad(sentences, (1, 0), value=END)
    found = (log_probs(state, ids) * _is_said(sentences)).sum(dim=1).double()
    return (truth * (truth.log() - found)).sum().item()


@torch.no_grad()
def probabilities(state: State) -> Tensor:
    """Compute how likely a policy makes each answer, (4, 936), a row for each topic."""
    ids, mask, liking = answers()
    return (log_probs(state, ids) * mask[:, 1:]).sum(dim=1).double().exp().reshape(liking.shape)


@dataclass(frozen=True)
class Policy:
    """Measures of a policy, in the mean over topics: how it is liked, how often it answers, how far it went."""

    gold: float
    valid: float
    divergence: float


def policy(found: Tensor, reference: Tensor) -> Policy:
    """Measure a policy by its probabilities. All that is no answer is taken as one, so the divergence is at least this."""
    p, q, liking = _with_the_rest(found), _with_the_rest(reference), F.pad(answers()[2], (0, 1), value=NO_ANSWER)
    divergence = torch.where(p > 0, p * (p / q).log(), 0.0)
    means = ((x).sum(dim=1).mean().item() for x in (p * liking, p[:, :-1], divergence))
    return Policy(*means)


def best_policy(reference: Tensor, beta: float) -> Policy:
    """The policy that gets most of people's scores, in units of their deviation, less the penalty."""
    q, liking = _with_the_rest(reference), F.pad(answers()[2], (0, 1), value=NO_ANSWER)
    mean = (q * liking).sum() / len(q)
    deviation = ((q * (liking - mean).square()).sum() / len(q)).sqrt()
    weighted = q * (liking / deviation / beta).exp()
    best = weighted / weighted.sum(dim=1, keepdim=True)
    return policy(best[:, :-1], reference)


def _with_the_rest(found: Tensor) -> Tensor:
    rest = (1 - found.sum(dim=1, keepdim=True)).clamp(min=1e-12)
    return torch.cat([found, rest], dim=1)


@torch.no_grad()
def agreement_with_people(state: State, reference: Tensor) -> float:
    """Compute how often a reward model prefers what people do, of two unlike answers: a policy's own, or off the topic."""
    ids, mask, liking = answers()
    count = liking.shape[1]
    turned = ids.clone()
    turned[:, 1] = ids.roll(count, dims=0)[:, 1]  # an answer to another topic
    found = torch.cat([scores(state, x, mask).reshape(liking.shape) for x in (ids, turned)], dim=1)
    likings = torch.cat([liking, torch.full_like(liking, NO_ANSWER)], dim=1)
    off = (1 - reference.sum(dim=1, keepdim=True)) * reference / reference.sum(dim=1, keepdim=True)
    shares = torch.cat([reference, off], dim=1)
    right = total = 0.0
    for score, like, share in zip(found, likings, shares, strict=True):
        better = like[:, None] > like
        weight = share[:, None] * share * better
        right += (weight * (score[:, None] > score)).sum().item()
        total += weight.sum().item()
    return right / total
