"""The copy task: the loss under teacher forcing, decoding, and a model that has learned to copy."""

import pytest
import torch
from torch import nn

from kata.grading import Case, between, integers, load, weights

# In float32 alone: so models are trained, and in half precision two logits may be one.
pytestmark = pytest.mark.exercise(points=10, seconds=10, dtypes=["float32"], optimizers=True, trains=True)

BAR = 0.48  # half of what the reference reaches, 98 % or more
CHANCE = 0.05  # far above what can be copied by chance: a thousandth, of the shortest sources
PLACES = 61


class Tables(nn.Module):
    """A model of tables: what it says depends on all tokens so far and on all of the source, and on their order.

    So whoever gives it other ones gets other logits back. It keeps count of its calls.
    """

    def __init__(self, vocab_size, width):
        super().__init__()
        self.of_source = nn.Embedding(PLACES, width)
        self.of_target = nn.Embedding(PLACES, width)
        self.out_proj = nn.Linear(width, vocab_size)
        self.calls = {"encode": 0, "decode": 0}
        self.remembers = False

    def encode(self, src, src_mask=None):
        self.calls["encode"] += 1
        odd = 2 * torch.arange(src.shape[1], device=src.device) + 1
        memory = self.of_source(src * odd % PLACES)
        return memory + of_all(memory, src_mask)

    def decode(self, tgt, memory, src_mask=None, tgt_mask=None):
        self.calls["decode"] += 1
        odd = 2 * torch.arange(tgt.shape[1], device=tgt.device) + 1
        hidden = self.of_target((tgt * odd).cumsum(1) % PLACES) + of_all(memory, src_mask)
        self.remembers |= hidden.requires_grad
        return hidden

    def forward(self, src, tgt, src_mask=None, tgt_mask=None):
        return self.out_proj(self.decode(tgt, self.encode(src, src_mask), src_mask, tgt_mask))


def of_all(vectors, mask):
    """The sum over all places that the mask (B, 1, S) allows."""
    if mask is None:
        return vectors.sum(1, keepdim=True)
    if mask.dim() != 3:
        raise ValueError(f"the model takes a mask of shape (B, 1, S), not {tuple(mask.shape)}")
    return mask.to(vectors.dtype) @ vectors


def tables(state, device):
    width, vocab_size = state["out_proj.weight"].shape[1], len(state["out_proj.bias"])
    return load(Tables(vocab_size, width).to(device), state)


def loss(impl, state, src, src_mask, bos_id):
    return impl.copy_loss(tables(state, src.device), src, src_mask, bos_id)


def decode(impl, state, src, src_mask, max_len, bos_id):
    return impl.greedy_decode(tables(state, src.device), src, src_mask, max_len, bos_id)


def calls(impl, state, src, src_mask, max_len, bos_id):
    model = tables(state, src.device)
    impl.greedy_decode(model, src, src_mask, max_len, bos_id)
    return model.calls


def left_behind(impl, state, src, src_mask, bos_id, training):
    """Whether a graph was recorded, and in which mode the model is afterwards."""
    model = tables(state, src.device).requires_grad_().train(training)
    impl.greedy_decode(model, src, src_mask, 4, bos_id)
    return {"a graph is recorded": model.remembers, "in training": model.training}


def whole_numbers(state):
    """Weights with which no two logits are alike, nor so near that rounding could turn them about."""
    numbers = {name: (2 * tensor).round() for name, tensor in state.items()}
    bias = torch.arange(len(state["out_proj.bias"])) / 32
    return numbers | {"out_proj.bias": bias.to(state["out_proj.bias"])}


def real(places):
    """Rows of any lengths from 1 on, two of which differ."""
    rows, width = places.shape
    lengths = (torch.arange(rows) + places[0, 0]) % width + 1
    return (torch.arange(width) < lengths[:, None]).unsqueeze(1)


def all_real(places):
    return (places >= 0).unsqueeze(1)


# The models that are trained.


def trained(impl, src, seed, steps):
    return impl.train_copy(seed, str(src.device), steps)


def numbers_of(model):
    return torch.cat([tensor.detach().flatten().double().cpu() for tensor in model.parameters()])


def trained_twice(impl, src, seed):
    first = numbers_of(trained(impl, src, seed, 2))
    torch.rand(7)
    second, other = numbers_of(trained(impl, src, seed, 2)), numbers_of(trained(impl, src, seed + 1, 2))
    near = 0.1 * (first - other).norm() if src.is_cuda else 0.0  # on a card sums may be made in another order each time
    return {"same": bool((first - second).norm() <= near), "other": torch.equal(first, other)}


def form(impl, src, src_mask, seed):
    """Where the model is, and the form of what it gives."""
    model = trained(impl, src, seed, 1).eval()
    memory = model.encode(src, src_mask)
    hidden = model.decode(src[:, :3], memory, src_mask)
    return {
        "devices": sorted({part.device.type for part in [*model.parameters(), *model.buffers()]}),
        "memory": list(memory.shape[:2]),
        "logits": [list(model.out_proj(hidden).shape), list(model(src, src[:, :4], src_mask).shape)],
    }


def write(model, src, src_mask):
    tgt = torch.ones_like(src[:, :1])
    with torch.no_grad():
        memory = model.encode(src, src_mask)
        for _ in range(src.shape[1]):
            logits = model.out_proj(model.decode(tgt, memory, src_mask)[:, -1])
            tgt = torch.cat([tgt, logits.argmax(-1, keepdim=True)], dim=1)
    return tgt[:, 1:].cpu()


def written(impl, src, src_mask, seed):
    return write(trained(impl, src, seed, 120).eval(), src, src_mask)


def begun(impl, src, src_mask, seed):
    """What a model writes that was not trained; and what it says after three steps, by which known mistakes are told apart.

    Those that begin otherwise than the submission need not be trained to the end.
    """
    untrained, begun = (trained(impl, src, seed, steps).eval() for steps in (0, 3))
    with torch.no_grad():
        said = begun(src[:5], src[:5], src_mask[:5]).logsumexp(-1)
    return {"written": write(untrained, src, src_mask), "after three steps": said.cpu()}


def lengths_to_mask(lengths):
    return (torch.arange(6) < lengths.unsqueeze(1)).unsqueeze(1)


B, S, V = between(2, 3), between(5, 7), between(8, 11)
STATE = weights(lambda _, *sizes: Tables(*sizes), V, between(4, 6))
WHOLE = weights(lambda _, *sizes: Tables(*sizes), V, between(4, 6)).map(whole_numbers)
SRC, PADDED, FULL = integers(B, S, high=V), integers(B, S, high=V).map(real), integers(B, S, high=V).map(all_real)
BOS = between(1, 7)

LOSSES = [
    Case("no padding", state=STATE, src=SRC, src_mask=FULL, bos_id=BOS, edges=[{B: 1}, {S: 1}]),
    Case("padding at the end", state=STATE, src=SRC, src_mask=PADDED, bos_id=BOS),
    Case("bos_id = 0", state=STATE, src=SRC, src_mask=PADDED, bos_id=0),
    Case(
        "five sources of nine tokens",
        state=weights(lambda _: Tables(13, 7)),
        src=integers(5, 9, high=13),
        src_mask=integers(5, 9, high=9).map(real),
        bos_id=between(1, 12),
        recall=True,
    ),
]

DECODED = [
    Case("as many tokens as the source has, and bos", state=WHOLE, src=SRC, src_mask=FULL, max_len=S + 1, bos_id=BOS),
    Case("padding at the end", state=WHOLE, src=SRC, src_mask=PADDED, max_len=S + 1, bos_id=BOS, edges=[{B: 1}]),
    Case("longer than the source", state=WHOLE, src=SRC, src_mask=PADDED, max_len=S + between(3, 5), bos_id=BOS),
    Case("shorter than the source", state=WHOLE, src=SRC, src_mask=PADDED, max_len=S - 2, bos_id=BOS),
    Case("bos_id = 0", state=WHOLE, src=SRC, src_mask=PADDED, max_len=S, bos_id=0, edges=[{"max_len": 1}]),
    Case(
        "four sources of ten tokens",
        state=weights(lambda _: Tables(14, 8)).map(whole_numbers),
        src=integers(4, 10, high=14),
        src_mask=integers(4, 10, high=10).map(real),
        max_len=12,
        bos_id=between(1, 13),
        recall=True,
    ),
]

ONE_TURN = {"state": WHOLE, "src": SRC, "src_mask": PADDED, "bos_id": BOS}
LEFT = [
    Case("calls of the model", calls, **ONE_TURN, max_len=between(4, 9)),
    Case("a model in training", left_behind, **ONE_TURN, training=True),
    Case("a model in evaluation mode", left_behind, **ONE_TURN, training=False),
]

N = between(2, 5)
SYMBOLS, MASK = integers(N, 6, low=2, high=10), integers(N, low=3, high=7).map(lengths_to_mask)
FORM = Case("what is trained", src=SYMBOLS, src_mask=MASK, seed=between(0, 2**31))


@pytest.mark.points(3)
@pytest.mark.parametrize("case", LOSSES, ids=str)
def test_loss_and_its_gradients(check, case):
    check.gradients(loss, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("case", DECODED, ids=str)
def test_decoding(check, case):
    check.values(decode, case)


@pytest.mark.points(1)
@pytest.mark.parametrize("case", LEFT, ids=str)
def test_what_the_model_is_asked(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(1)
def test_the_form_of_the_model(check):
    check.values(form, FORM)


@pytest.mark.points(1)
def test_a_seed_fixes_the_model(run):
    found = run(trained_twice, src=SYMBOLS, seed=between(0, 2**31))
    assert found["same"], "the same arguments give another model the second time"
    assert not found["other"], "another seed gives the same model"


@pytest.mark.points(2)
def test_it_has_learned_to_copy(run, draw):
    src, mask = draw(integers(300, 6, low=2, high=10)), draw(integers(300, low=3, high=7).map(lengths_to_mask))
    src = src * mask.squeeze(1)

    seed = draw(between(0, 2**31))

    def share(out):
        return ((out == src) | ~mask.squeeze(1)).all(1).double().mean().item()

    before = share(run(begun, src=src, src_mask=mask, seed=seed)["written"])
    assert before <= CHANCE, f"without a step of training, {before:.0%} of the sources are copied without a fault"
    after = share(run(written, src=src, src_mask=mask, seed=seed))
    assert after >= BAR, (
        f"after 120 steps, {after:.0%} of the sources are copied without a fault; {BAR:.0%} are asked for"
    )
