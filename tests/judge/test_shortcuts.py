"""What an exercise forbids: each family by its doors, and all that torch has gone through for the next one."""

import textwrap
from pathlib import Path

import pytest
import torch
from packaging.version import parse
from torch.overrides import get_overridable_functions

from kata.errors import JudgeError
from kata.execution.scenario import execute_here
from kata.judge.reference import load_module
from kata.judge.shortcuts import FAMILIES, bare_name, first_forbidden, forbidden
from kata.judge.texts import grade_sources
from tests.conftest import ROOT

JUDGED = Path(__file__).parent / "data" / "no_shortcuts.txt"
HEAD = """\
import torch, math
import torch.nn.functional as F
from torch import nn
"""

# family: lines that are a shortcut, each with the words of it that a verdict should name
DOORS = {
    "softmax": {
        "x.softmax(-1)": "Tensor.softmax",
        "torch.softmax(x, -1)": "torch.softmax",
        "F.softmax(x, -1)": "torch.nn.functional.softmax",
        "nn.Softmax(-1)(x)": "torch.nn.Softmax",
        "torch.ops.aten._softmax(x, -1, False)": "torch.ops.aten._softmax",
        "torch.logcumsumexp(x, -1)": "torch.logcumsumexp",
        "F.cross_entropy(x, torch.tensor([0, 1, 2]))": "torch.nn.functional.cross_entropy",
        "torch.distributions.Categorical(logits=x).probs": "torch.distributions.Categorical",
        "F.gumbel_softmax(x)": "torch.nn.functional.gumbel_softmax",
        "F.scaled_dot_product_attention(x, x, x)": "torch.nn.functional.scaled_dot_product_attention",
        "nn.MultiheadAttention(3, 1)(x, x, x)[0]": "torch.nn.MultiheadAttention",
        "torch.vmap(lambda row: row.softmax(-1))(x)": "Tensor.softmax",
        "eval('x.soft' + 'max(-1)')": "Tensor.softmax",
    },
    "logsumexp": {"x.logsumexp(-1)": "Tensor.logsumexp", "x.logcumsumexp(-1)": "Tensor.logcumsumexp"},
    "logaddexp": {"torch.logaddexp2(x, x)": "torch.logaddexp2"},
    "attention": {
        "nn.TransformerEncoderLayer(3, 1, 4)(x)": "torch.nn.TransformerEncoderLayer",
        "torch.ops.aten._scaled_dot_product_attention_math(x, x, x)": "torch.ops.aten._scaled_dot_product_attention_math",
    },
    "transformer": {"nn.TransformerEncoderLayer(3, 1, 4).eval()(x)": "torch.nn.TransformerEncoderLayer"},
    "recurrent": {"nn.GRU(3, 4)(x)[0]": "torch.nn.GRU", "nn.LSTMCell(3, 4)(x)": "torch.nn.LSTMCell"},
    "products": {
        "x @ x": "@ (Tensor.matmul)",
        "torch.einsum('ij,jk->ik', x, x)": "torch.einsum",
        "F.embedding_bag(torch.arange(3)[None], x, per_sample_weights=x[:1], mode='sum')": "torch.nn.functional.embedding_bag",
        "torch.linalg.solve_triangular(x.triu(), x, upper=True)": "torch.linalg.solve_triangular",
        "F.linear(x, x)": "torch.nn.functional.linear",
        "nn.Linear(3, 4)(x)": "torch.nn.Linear",
        "F.conv1d(x[None], x[:, :, None])": "torch.nn.functional.conv1d",
        "torch.cdist(x, x)": "torch.cdist",
        "torch.trapezoid(x, x)": "torch.trapezoid",
        "x.mm(x)": "Tensor.mm",
    },
    "linear": {"F.linear(x, x)": "torch.nn.functional.linear", "F.bilinear(x, x, x[None])": "torch.nn.functional.bilinear"},
    "conv": {"nn.Conv1d(3, 4, 1)(x)": "torch.nn.Conv1d", "F.conv_transpose1d(x, x[:, :, None])": "torch.nn.functional.conv_transpose1d"},
    "pooling": {"F.max_pool1d(x, 2)": "torch.nn.functional.max_pool1d"},
    "norms": {
        "F.layer_norm(x, (3,))": "torch.nn.functional.layer_norm",
        "nn.RMSNorm(3)(x)": "torch.nn.RMSNorm",
        "torch.ops.aten.native_layer_norm(x, [3], None, None, 1e-5)[0]": "torch.ops.aten.native_layer_norm",
        "nn.BatchNorm1d(3)(x)": "torch.nn.BatchNorm1d",
        "F.normalize(x)": "torch.nn.functional.normalize",
    },
    "relu": {"x.clone().relu_()": "Tensor.relu_", "F.hardtanh(x)": "torch.nn.functional.hardtanh"},
    "gelu": {"nn.GELU()(x)": "torch.nn.GELU"},
    "sigmoid": {
        "torch.special.expit(x)": "torch.special.expit",
        "F.logsigmoid(x)": "torch.nn.functional.logsigmoid",
        "F.silu(x)": "torch.nn.functional.silu",
    },
    "embedding": {"nn.Embedding(3, 4)(torch.tensor([1]))": "torch.nn.Embedding"},
    "one_hot": {"F.one_hot(torch.tensor([1]))": "torch.nn.functional.one_hot"},
    "distances": {"torch.cdist(x, x)": "torch.cdist", "F.pdist(x)": "torch.nn.functional.pdist"},
    "dropout": {"nn.Dropout(0.5)(x)": "torch.nn.Dropout", "F.dropout(x)": "torch.nn.functional.dropout"},
    "cross_entropy": {"F.nll_loss(x, torch.tensor([0, 1, 2]))": "torch.nn.functional.nll_loss"},
    "losses": {"F.mse_loss(x, x)": "torch.nn.functional.mse_loss", "nn.KLDivLoss()(x, x)": "torch.nn.KLDivLoss"},
    "optimizers": {
        "p = nn.Parameter(x); p.grad = x; torch.optim.AdamW([p]).step()": "torch.optim.AdamW",
        "p = nn.Parameter(x); p.grad = x; torch.optim.SGD([p]).step()": "torch.optim.SGD",
        "from torch.optim.adam import adam; adam([x], [x], [x], [x], [], [torch.ones(())], foreach=False, amsgrad=False, beta1=0.9, beta2=0.9,"
        " lr=1.0, weight_decay=0.0, eps=1.0, maximize=False)": "torch.optim.adam.adam",
    },
    "clipping": {"p = nn.Parameter(x); p.grad = x; nn.utils.clip_grad_norm_([p], 1.0)": "torch.nn.utils.clip_grad_norm_"},
    "initialisation": {"nn.init.kaiming_uniform_(x)": "torch.nn.init.kaiming_uniform_"},
    "sampling": {"torch.multinomial(x.exp(), 1)": "torch.multinomial", "torch.distributions.Normal(x, 1.0).sample()": None},
    "autograd": {
        "y = x.clone().requires_grad_(); torch.autograd.grad(y.exp().sum(), y)": "torch.autograd.grad",
        "y = nn.Parameter(x); y.exp().sum().backward()": "Tensor.backward",
        "y = nn.Parameter(x); torch.autograd.Variable._execution_engine.run_backward((y.exp().sum(),), (torch.ones(()),),"
        " False, False, (y,), allow_unreachable=True, accumulate_grad=False)": "torch.autograd (backward)",
        "torch.func.grad(lambda y: y.exp().sum())(x)": "torch.func.grad",
        "torch.func.jacrev(torch.exp)(x)": None,
        "torch.func.jvp(torch.exp, (x,), (x,))": None,
        "torch.autograd.functional.jacobian(torch.exp, x)": "torch.autograd.functional.jacobian",
        "torch.ops.aten._softmax_backward_data(x, x, -1, torch.float32)": None,
    },
}  # fmt: skip

# family: lines that are none of its shortcuts, though they come near
ALLOWED = {
    "softmax": ["x.logsumexp(-1)", "x.exp() / x.exp().sum(-1, keepdim=True)", "nn.MultiheadAttention(3, 1).in_proj_weight"],
    "products": ["(x[:, :, None] * x[None]).sum(1)", "nn.Linear(3, 4).weight", "torch.outer(x[0], x[0])", "x.norm()"],
    "attention": ["(x @ x.mT).softmax(-1) @ x", "nn.Linear(3, 3)(x)"],
    "norms": ["(x - x.mean(-1, keepdim=True)) * x.var(-1, keepdim=True).rsqrt()", "torch.linalg.vector_norm(x)"],
    "optimizers": [
        "p = nn.Parameter(x); p.data.mul_(0.9).add_(x, alpha=-0.1)",
        "Own = type('Own', (torch.optim.Optimizer,), {'step': lambda self: self.param_groups[0]['params'][0].data.mul_(2)}); Own([nn.Parameter(x)], {}).step()",
    ],
    "initialisation": ["nn.Linear(3, 4).weight", "x.normal_()"],
    "autograd": ["x.detach().exp()", "torch.no_grad().__enter__()", "nn.Parameter(x).exp()", "x.requires_grad_(False)"],
    "embedding": ["x[torch.tensor([1])]"],
    "sigmoid": ["torch.tanh(x / 2)", "F.softmax(x, -1)"],
    "relu": ["x.clamp(min=0)"],
    "conv": ["x.unfold(0, 2, 1)", "x.to(torch.float64)"],
}  # fmt: skip


def calls_of(line):
    *first, last = line.split("; ")
    body = "\n    ".join([*first, f"return {last}"])
    source = f"{HEAD}\n\ndef f(x):\n    {body}\n"
    outcome = execute_here(
        load_module(source, "f.py"),
        lambda impl, x: impl.f(x),
        {"x": torch.eye(3)},
        seed=0,
        observe="names",
        file="f.py",
    )
    assert outcome.raised is None or "double backwards" in outcome.raised.message, outcome.raised
    return outcome.ops, source


@pytest.mark.parametrize(("family", "line"), [(family, line) for family in DOORS for line in DOORS[family]])
def test_each_door_of_a_family_is_seen_and_named(family, line):
    calls, source = calls_of(line)
    found = first_forbidden(calls, [family])
    assert found, calls
    words = DOORS[family][line]
    assert words is None or found.written == words
    assert found.line and source.splitlines()[found.line - 1].strip()


@pytest.mark.parametrize(("family", "line"), [(family, line) for family in ALLOWED for line in ALLOWED[family]])
def test_what_comes_near_is_no_shortcut(family, line):
    calls, _ = calls_of(line)
    assert first_forbidden(calls, [family]) is None


def test_every_family_has_its_doors_and_its_line_for_authors():
    assert set(DOORS) | {"schedules"} == set(FAMILIES)
    table = (ROOT / "docs/graders.md").read_text(encoding="utf-8")
    assert [name for name in FAMILIES if f"| `{name}` | {FAMILIES[name].what}" not in table] == []


@pytest.mark.skipif(parse(torch.__version__) < parse("2.13"), reason="older torch has names that are gone since")
def test_all_that_torch_has_was_gone_through():
    """A name that is new in torch is a question: does it belong to a family? If to none, it goes into the file."""
    known = {
        word for line in JUDGED.read_text(encoding="utf-8").splitlines() if line[:1] != "#" for word in line.split()
    }
    is_forbidden = forbidden(tuple(FAMILIES))
    new = sorted(name for name in all_names() if name not in known and not is_forbidden(name))
    assert not new, textwrap.fill(f"judge each of these for kata/judge/shortcuts.py or {JUDGED}: {' '.join(new)}")


def all_names():
    """Every operator, every function that can be overridden, every layer, optimizer and helper, as a run notes them."""
    aten = {bare_name(name.partition(".")[0]) for name in torch._C._dispatch_get_all_op_names()}
    python = {
        bare_name(getattr(func, "__name__", "")) for funcs in get_overridable_functions().values() for func in funcs
    }
    classes = [
        found
        for module in (
            torch.nn,
            torch.optim,
            torch.optim.lr_scheduler,
            torch.nn.utils,
            torch.nn.init,
            torch.func,
            torch.distributions,
        )
        for name, found in vars(module).items()
        if not name.startswith("_") and callable(found) and getattr(found, "__module__", "").startswith("torch.")
    ]
    whole = {f"{found.__module__}.{found.__qualname__}" for found in classes if hasattr(found, "__qualname__")}
    layers = {f"{name}.forward" if name.startswith("torch.nn.modules.") else name for name in whole}
    return (aten | python | layers) - {""}


def test_a_family_that_there_is_not_is_a_mistake_of_the_grader():
    with pytest.raises(JudgeError, match=r"no family of shortcuts `softmaxx`; there are softmax, "):
        forbidden(("softmaxx",))


def test_the_verdict_names_what_the_student_wrote(judge, course):
    (exercise,) = course.select(["softmax"])
    sources = [
        f"{HEAD}\ndef softmax(x, dim=-1):\n    y = x.double()\n    return {last}\n"
        for last in ("F.softmax(x, dim)", "torch.distributions.Categorical(logits=x).probs")
    ]
    one, other = grade_sources(judge, exercise, sources)
    assert one.status == other.status == "refused" and one.score == other.score == 0
    assert "uses `torch.nn.functional.softmax`, line 7, which this" in one.tests[0].message
    assert "uses `torch.distributions.Categorical`, line 7, and with it `softmax`, which" in other.tests[0].message


def test_a_name_of_torch_is_a_shortcut_as_well(judge, course):
    (exercise,) = course.select(["softmax"])
    (verdict,) = grade_sources(judge, exercise, ["import torch\nsoftmax = torch.softmax\n"])
    assert verdict.status == "refused"
    assert "uses `torch.softmax`, which this exercise" in verdict.tests[0].message
