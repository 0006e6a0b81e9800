"""Families of torch functions that an exercise may forbid, because they do what it is there to write without.

A grader says `forbids=["softmax", "attention"]`. A family holds all that does the same under another name, and what has
it inside, where a student could take it out again. A pattern without a dot is held against the names of operators, as
Python or aten calls them, without their namespace and the marks at their ends (`__matmul__`, `aten::relu_`); one with a
dot against the functions that torch has in Python, with their modules.

tests/judge/test_shortcuts.py goes through all that torch has, and asks for a decision about each new name. It is a
tripwire and no wall: SECURITY.md says what passes it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache, lru_cache

from kata.errors import JudgeError
from kata.execution.torch_calls import TorchCall


@dataclass(frozen=True)
class Family:
    """A family: a description, patterns of names, families that have it inside, and names that only look like it."""

    what: str
    names: str
    hidden_in: tuple[str, ...] = ()
    but: str = ""


FAMILIES = {
    "softmax": Family(
        "softmax, log_softmax, and what is made of them",
        "*softmax* softmin *logcumsumexp* cross_entropy* linear_cross_entropy "
        "torch.distributions.categorical.* torch.distributions.relaxed_categorical.*",
        hidden_in=("attention",),
    ),
    "logsumexp": Family("the logarithm of a sum of exponentials", "*logsumexp* *logcumsumexp*"),
    "logaddexp": Family("the same of two numbers", "*logaddexp*"),
    "attention": Family(
        "attention, fused or in pieces",
        "*attention* *sdp_choice* *flash* *transform_bias_rescale_qkv* torch.nn.attention.* "
        "torch.nn.modules.activation.MultiheadAttention.*",
        hidden_in=("transformer",),
    ),
    "transformer": Family("a transformer's layers as a whole", "*transformer_* torch.nn.modules.transformer.*"),
    "recurrent": Family(
        "recurrent networks and their cells",
        "*lstm* gru gru_* *_gru *_gru_* rnn_* *_rnn *_rnn_* torch.nn.modules.rnn.*",
    ),
    "products": Family(
        "products of matrices or vectors, and what else sums products: equations solved, weighted sums, distances",
        "*matmul* *mm *mm_* *mv dot *_dot vdot inner *vecdot* einsum tensordot chain_matmul *matrix_power *matrix_exp* "
        "*bilinear *trilinear *solve* *inverse *_inv *_inv_ex *tensorinv *pinv *lstsq *cholesky_solve* ormqr cov corrcoef "
        "cosine_similarity cosine_embedding_loss *embedding_bag* *trapezoid trapz *cdist* *euclidean_dist* "
        "*compute_linear_combination",
        hidden_in=("linear", "conv", "attention"),
        but="resolve_* slice_inverse erf_inv",
    ),
    "linear": Family(
        "a linear layer, alone or with more around it",
        "*linear *linear_* torch.nn.modules.linear.*",
        hidden_in=("recurrent", "transformer"),
        but="*compute_linear_combination",
    ),
    "conv": Family(
        "convolutions",
        "conv* *_conv1d* *_conv2d* *_conv3d* *_conv_* *convolution* *qconv* torch.nn.modules.conv.*",
        but="convert_*",
    ),
    "pooling": Family("pooling", "*pool1d* *pool2d* *pool3d* torch.nn.modules.pooling.*"),
    "norms": Family(
        "layers that normalise, and weights that are",
        "*layer_norm* *rms_norm* *batch_norm* *group_norm* *instance_norm* local_response_norm *weight_norm* normalize "
        "torch.nn.modules.normalization.* torch.nn.modules.batchnorm.* torch.nn.modules.instancenorm.* "
        "torch.nn.utils.parametrizations.* torch.nn.utils.weight_norm.* torch.nn.utils.spectral_norm.*",
        hidden_in=("transformer",),
    ),
    "relu": Family("relu and its kind", "*elu* *threshold* hardtanh*"),
    "gelu": Family("gelu", "*gelu*", hidden_in=("transformer",)),
    "sigmoid": Family(
        "the sigmoid under all its names",
        "*sigmoid* *expit* *silu* glu glu_*",
        hidden_in=("recurrent",),
        but="hardsigmoid*",
    ),
    "embedding": Family(
        "tables of vectors", "*embedding* torch.nn.modules.sparse.*", but="*cosine_embedding* *hinge_*"
    ),
    "one_hot": Family("one_hot", "*one_hot*"),
    "distances": Family("distances of all rows to all rows", "*cdist* *pdist* *euclidean_dist*"),
    "dropout": Family(
        "dropout", "*dropout* torch.nn.modules.dropout.*", hidden_in=("transformer",), but="*dropout_state*"
    ),
    "cross_entropy": Family(
        "the cross-entropy, and the likelihood at its end",
        "*cross_entropy* *nll_loss*",
        but="*poisson_nll* *gaussian_nll*",
    ),
    "losses": Family("all losses", "*_loss* kl_div torch.nn.modules.loss.*", hidden_in=("cross_entropy",)),
    "optimizers": Family(
        "torch's optimizers, fused or not, and its averages of weights",
        "*fused_adam* *fused_sgd* *fused_adagrad* torch.optim.*",
        but="torch.optim.lr_scheduler.*",
    ),
    "schedules": Family("schedules of the learning rate", "torch.optim.lr_scheduler.*"),
    "clipping": Family("the clipping of gradients", "renorm torch.nn.utils.clip_grad.*"),
    "initialisation": Family("ways to draw the first weights", "torch.nn.init.*"),
    "sampling": Family("draws of an index or from a distribution", "*multinomial* *gumbel* torch.distributions.*"),
    "autograd": Family(
        "autograd's doors: its engine backward and forward, and the slopes of single operators",
        "grad *backward* *_jvp *make_dual* *unpack_dual* torch.autograd.functional.* torch.autograd.forward_ad.* "
        "torch.autograd.grad torch.autograd.backward torch._functorch.eager_transforms.* "
        "torch.func.grad* torch.func.jac* torch.func.hessian torch.func.*vp torch.func.linearize",
        but="backward_hooks",
    ),
}


@cache
def forbidden(families: tuple[str, ...]) -> Callable[[str], bool]:
    """Make a function that tells whether a name of torch's belongs to these families, or to one that has them inside.

    Raises:
        JudgeError: there is no such family.
    """
    members = list(dict.fromkeys(_with_all_inside(families)))
    tests = [(_pattern(family.names), _pattern(family.but)) for family in members]

    @lru_cache(4096)  # names come from submissions
    def is_forbidden(name: str) -> bool:
        bare = bare_name(name)
        return any(names(bare) and not but(bare) for names, but in tests)

    return is_forbidden


def first_forbidden(calls: Iterable[TorchCall], families: Sequence[str]) -> TorchCall | None:
    """Find the first of these calls that is a shortcut of these families."""
    is_forbidden = forbidden(tuple(families))
    return next((call for call in calls if is_forbidden(call.name)), None)


def bare_name(name: str) -> str:
    """`aten::relu_` → `relu`, `__matmul__` → `matmul`; what has a module keeps it."""
    return name if "." in name else name.rpartition("::")[2].strip("_").lower()


def _with_all_inside(names: Iterable[str]) -> Iterator[Family]:
    for name in names:
        if name not in FAMILIES:
            raise JudgeError(f"there is no family of shortcuts `{name}`; there are {', '.join(FAMILIES)}")
        yield FAMILIES[name]
        yield from _with_all_inside(FAMILIES[name].hidden_in)


def _pattern(names: str) -> Callable[[str], object]:
    return re.compile("|".join(map(translate, names.split())) or "(?!)").match
