"""Mixed precision: where a few steps lead, which of them are skipped, and what runs in 16 bits."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from kata.grading import Case, between, choice, integers, load, normal, weights

# The model is in float32: what runs in another dtype is for autocast to say.
pytestmark = pytest.mark.exercise(points=10, seconds=3, dtypes=["float32"], optimizers=True)

LOSSES = {"mean": F.mse_loss, "sum": lambda prediction, y: F.mse_loss(prediction, y, reduction="sum")}


class Drop(nn.Module):
    """Dropout that draws the same in every dtype."""

    def forward(self, x):
        kept = torch.rand(x.shape, device=x.device) < 0.5
        return x * kept.to(x.dtype) * 2 if self.training else x


def layers(width):
    return nn.Sequential(nn.Linear(3, width), nn.Tanh(), nn.Linear(width, 2))


def deep_layers(width):
    return nn.Sequential(nn.Linear(3, width), nn.BatchNorm1d(width), nn.Tanh(), Drop(), nn.Linear(width, 2))


def next_token_model(width):
    return nn.Sequential(nn.Embedding(7, width), nn.Linear(width, 7))


def next_token_loss(logits, target):
    return F.cross_entropy(logits.flatten(0, 1), target.flatten())


def train(impl, model, batches, scale, loss_fn=F.mse_loss, dtype="bfloat16", groups=None):
    """The losses of a step on each batch, the scale after each, and where they lead. A scale of 1 is that of no scaler."""
    groups = groups or [{"params": [p for p in model.parameters() if p.requires_grad]}]
    optimizer = torch.optim.SGD(groups, lr=0.1, momentum=0.9)
    device = next(model.parameters()).device.type
    scaler = torch.amp.GradScaler(device, init_scale=scale, growth_interval=2, enabled=scale > 1)
    losses, scales = [], []
    for x, y in batches:
        losses.append(impl.amp_step(model, x, y, loss_fn, optimizer, scaler, device, getattr(torch, dtype)))
        scales.append(scaler.get_scale())
    return {"losses": losses, "scales": scales, "weights": dict(model.state_dict())}


def on_samples(impl, state, width, batches, scale, loss="mean", dtype="bfloat16"):
    return train(impl, load(layers(width), state), batches, scale, LOSSES[loss], dtype)


def on_sequences(impl, state, width, batches, scale):
    return train(impl, load(next_token_model(width), state), batches, scale, next_token_loss)


def with_dropout_and_batch_norm(impl, state, width, batches, scale, training):
    return train(impl, load(deep_layers(width), state).train(training), batches, scale)


def with_a_frozen_layer(impl, state, width, batches, scale):
    model = load(layers(width), state)
    model[0].requires_grad_(False)
    return train(impl, model, batches, scale)


def with_two_groups(impl, state, width, batches, scale):
    model = load(layers(width), state)
    groups = [{"params": model[0].parameters()}, {"params": model[2].parameters(), "lr": 0.2}]
    return train(impl, model, batches, scale, groups=groups)


def after_another_backward(impl, state, width, batches, scale, x):
    model = load(layers(width), state)
    model(x).square().sum().backward()
    return train(impl, model, batches, scale)


def where_it_overflows(impl, state, width, batches, scale):
    """In float32 at any rate: what overflows there does not in float64."""
    state = {name: tensor.float() for name, tensor in state.items()}
    return train(impl, load(layers(width), state), [(x.float(), y.float()) for x, y in batches], scale)


def under_autocast(impl, state, width, x, y, dtype):
    """What is seen within a step: dtypes, and whether autocast is on."""
    state = {name: tensor.float() for name, tensor in state.items()}
    model, device, seen = load(layers(width), state), x.device.type, {}
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)

    def name(tensor):
        return str(tensor.dtype).removeprefix("torch.")

    def loss_fn(prediction, target):
        seen.update({"prediction": name(prediction), "y": name(target)})
        seen["autocast for the loss"] = torch.is_autocast_enabled(device)
        prediction.register_hook(lambda _: seen.update({"autocast backward": torch.is_autocast_enabled(device)}))
        return F.mse_loss(prediction, target)

    model.register_forward_pre_hook(lambda _, given: seen.update({"x": name(given[0])}))
    optimizer.register_step_pre_hook(
        lambda *_: seen.update({"autocast in the step": torch.is_autocast_enabled(device)})
    )
    scaler = torch.amp.GradScaler(device)
    impl.amp_step(model, x.float(), y.float(), loss_fn, optimizer, scaler, device, getattr(torch, dtype))
    return seen | {"weights": name(model[0].weight), "autocast afterwards": torch.is_autocast_enabled(device)}


def with_inf(y):
    y[0, 0] = torch.inf
    return y


def with_nan(x):
    x[0, 0] = torch.nan
    return x


def with_variances(state):
    return {name: tensor.abs() if name.endswith("running_var") else tensor for name, tensor in state.items()}


def batches(*sizes, far=0.0, std=1.0):
    return [(normal(n, 3), normal(n, 2, mean=far, std=std)) for n in sizes]


W, N = between(3, 5), between(3, 5)
STATE = weights(lambda impl, width: layers(width), W)
DEEP = weights(lambda impl, width: deep_layers(width), W).map(with_variances)
SCALE = choice(256.0, 1024.0, 4096.0)

# Targets that are far off make gradients that are clipped; near ones, of a small loss, some that are not.
STEPS = [
    Case(
        "clipped, with a smaller last batch",
        on_samples,
        state=STATE,
        width=W,
        batches=batches(N, N, 1, far=9.0),
        scale=SCALE,
    ),
    Case(
        "a loss that is a sum",
        on_samples,
        state=STATE,
        width=W,
        batches=batches(N, N, 2, far=3.0),
        scale=SCALE,
        loss="sum",
    ),
    Case("without a scaler", on_samples, state=STATE, width=W, batches=batches(N, 2, far=9.0), scale=1.0),
    Case("float16", on_samples, state=STATE, width=W, batches=batches(N, N, 2, far=9.0), scale=SCALE, dtype="float16"),
    Case(
        "gradients within the limit",
        on_samples,
        state=STATE.map(lambda state: {name: tensor / 8 for name, tensor in state.items()}),
        width=W,
        batches=batches(N, N + 1, std=0.1),
        scale=SCALE,
    ),
    Case(
        "token ids",
        on_sequences,
        state=weights(lambda impl, width: next_token_model(width), W),
        width=W,
        batches=[(integers(n, 4, high=7), integers(n, 4, high=7)) for n in (N, N, 1)],
        scale=SCALE,
    ),
    Case(
        "batch norm and dropout in training",
        with_dropout_and_batch_norm,
        state=DEEP,
        width=W,
        batches=batches(N, N + 1, far=9.0),
        scale=SCALE,
        training=True,
    ),
    Case(
        "batch norm and dropout in evaluation mode",
        with_dropout_and_batch_norm,
        state=DEEP,
        width=W,
        batches=batches(N, 1, far=9.0),
        scale=SCALE,
        training=False,
    ),
    Case("a frozen layer", with_a_frozen_layer, state=STATE, width=W, batches=batches(N, 2, far=9.0), scale=SCALE),
    Case(
        "two groups of parameters", with_two_groups, state=STATE, width=W, batches=batches(N, 2, far=9.0), scale=SCALE
    ),
    Case(
        "gradients from before the call",
        after_another_backward,
        state=STATE,
        width=W,
        batches=batches(N, 2),
        scale=SCALE,
        x=normal(N, 3),
    ),
    Case(
        "seven samples, then two",
        on_samples,
        state=weights(lambda impl: layers(6)),
        width=6,
        batches=batches(7, 7, 2, far=5.0),
        scale=512.0,
        recall=True,
    ),
]
GOOD = (normal(N, 3), normal(N, 2, mean=9.0))
SKIPPED = [
    Case(
        "an infinite loss",
        on_samples,
        state=STATE,
        width=W,
        batches=[GOOD, (normal(N, 3), normal(N, 2).map(with_inf)), (normal(N, 3), normal(N, 2, mean=9.0))],
        scale=SCALE,
    ),
    Case(
        "not a number",
        on_samples,
        state=STATE,
        width=W,
        batches=[(normal(N, 3).map(with_nan), normal(N, 2)), GOOD],
        scale=SCALE,
    ),
    Case(
        "a finite loss, and a scale that is too large",
        where_it_overflows,
        state=STATE,
        width=W,
        batches=[(normal(N, 3), normal(N, 2, mean=9.0)), (normal(2, 3), normal(2, 2, mean=9.0))],
        scale=choice(2.0**125, 2.0**126, 2.0**127),
    ),
]


@pytest.mark.points(5)
@pytest.mark.parametrize("case", STEPS, ids=str)
def test_steps(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(3)
@pytest.mark.parametrize("case", SKIPPED, ids=str)
def test_skipped_steps(check, case):
    check.values(case.scenario, case)


@pytest.mark.points(2)
@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_what_runs_under_autocast(check, dtype):
    check.values(
        under_autocast, Case("under autocast", state=STATE, width=W, x=normal(N, 3), y=normal(N, 2), dtype=dtype)
    )
