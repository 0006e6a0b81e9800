"""Running a grader's scenario on one implementation. The same code serves the reference and the submission."""

from __future__ import annotations

import contextlib
import io
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from types import ModuleType
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor, nn

from kata.execution.nested import map_tensors, tensors, walk
from kata.execution.protocol import to_bytes
from kata.execution.settings import SETTINGS, put_back, recursion_limit_kept, settings
from kata.execution.torch_calls import TorchCall, TorchCalls

Scenario = Callable[..., Any]
QUIET = 1 << 16  # characters that calls before the one that is judged may print unheard
ALOUD = 1000  # of their first ones that are heard all the same, should the process end in one of them
Shapes = dict[str, tuple[int, ...]]  # of parameters, by name
MOST_NAMES = 12  # of parameters in a message
# Methods by which a module may be moved and loaded in another way than torch's.
LOADING = ("_apply", "to", "load_state_dict", "_load_from_state_dict", "set_extra_state")
Observe = Literal["", "names", "costs"]  # what to note of the operators that a run calls


class MissingError(Exception):
    """A name that the exercise asks for, and the submission does not define."""


class Implementation:
    """A module seen through its names: `impl.softmax`. A missing name raises MissingError."""

    def __init__(self, module: ModuleType):
        self._module = module

    def __getattr__(self, name: str) -> Any:
        try:
            return getattr(self._module, name)
        except AttributeError:
            raise MissingError(f"`{name}` is not defined in the file") from None


class Lasting(Implementation):
    """An implementation whose modules last from one call of a scenario to the next.

    The first module that a call makes with some arguments is the first that another call made with them. It is loaded
    anew, so what it still knows of the other call is what it should not have kept.
    """

    def __init__(self, impl: Implementation):
        self._impl = impl
        self._made: dict[str, nn.Module] = {}
        self._count: Counter[str] = Counter()

    def new_call(self) -> None:
        self._count.clear()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._impl, name)
        return partial(self._lasting, found) if isinstance(found, type) and issubclass(found, nn.Module) else found

    def _lasting(self, kind: type[nn.Module], *args: Any, **settings: Any) -> nn.Module:
        call = repr((kind.__name__, args, settings))
        self._count[call] += 1
        key = f"{call} {self._count[call]}"
        if key not in self._made:
            self._made[key] = kind(*args, **settings)
        return self._made[key].train()


@dataclass
class Raised:
    """An exception: its type and bases by name, its text, and the lines of the implementation it passed through.

    `entered` is false when none of the implementation's own lines ran: the call itself did not fit.
    """

    type: str
    bases: list[str]
    message: str
    lines: list[int]
    entered: bool

    @property
    def lost_the_card(self) -> bool:
        """True if a computation on a card went wrong, after which CUDA does no other in that process."""
        return "CUDA error" in self.message

    @property
    def out_of_range(self) -> bool:
        """True if an index was out of range. A card reports that by an assertion, and no more."""
        return "IndexError" in self.bases or "device-side assert" in self.message


@dataclass
class Outcome:
    """The outcome of a scenario: its result, the gradient of every floating-point input, and notes on the way there.

    `changed` are the inputs that are not what they were: whoever has those works them out from what is `left` of each.
    A run that raised names none. With them are the settings of torch's that the scenario left otherwise: `left` has
    their names, too. `devices` are the device types of each tensor of the result. If the run was observed,
    `ops` are its calls of torch, `calls` is the number of operators that ran, `largest` the size in numbers of the
    largest tensor that one of them allocated, and `flops` the multiplications and additions of matrix products.
    """

    outputs: Any = None
    gradients: dict[str, Tensor | None] | None = None
    changed: list[str] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    ops: list[TorchCall] = field(default_factory=list)
    calls: int = 0
    largest: int = 0
    flops: int = 0
    raised: Raised | None = None
    left: dict[str, bytes] = field(default_factory=dict)

    def look_for_changes(self, before: dict[str, bytes]) -> None:
        """Find the inputs that were changed, by what all were `before`, and the settings; drop the copies in `left`."""
        inputs = [] if self.raised else [name for name in before if self.left.get(name) != before[name]]
        self.changed = [*inputs, *(name for name in SETTINGS if name in self.left)]
        self.left = {}


def raw(inputs: dict[str, Any]) -> dict[str, bytes]:
    """Copy each input to the last bit: the numbers, dtype and shape of each of its parts."""
    return {name: b"".join(_raw(path, leaf) for path, leaf in walk(value)) for name, value in inputs.items()}


def _raw(path: str, leaf: Any) -> bytes:
    if isinstance(leaf, Tensor):
        return f"{path}: {leaf.dtype}{tuple(leaf.shape)}".encode() + _numbers(leaf)
    plain = type(leaf) in (bool, int, float, str, bytes, type(None))
    return f"{path}: {leaf!r}".encode(errors="replace") if plain else path.encode()  # what else it is, none can tell


def _numbers(tensor: Tensor) -> bytes:
    try:
        return to_bytes(tensor.detach().cpu().resolve_conj().resolve_neg())
    except Exception:  # turned into something without numbers
        return b""


def execute(
    impl: Implementation,
    scenario: Scenario,
    inputs: dict[str, Any],
    *,
    seed: int,
    cotangents: list[Tensor] | None = None,
    observe: Observe = "",
    file: str = "",
    earlier: Sequence[dict[str, Any]] = (),
    over: Callable[[], None] | None = None,
) -> Outcome:
    """Call `scenario(impl, **inputs)` on a copy of the inputs, with every generator seeded, and return its outcome.

    With `cotangents`, one for each floating-point tensor of the result, the inputs' gradients of Σ (result · cotangent)
    are taken too. `observe` has the operators listed, or their cost counted as well. Nothing raised gets out: an
    exception is part of the outcome, and `file` is the name under which the implementation was compiled. Before that,
    the scenario is called with each of the `earlier` changes to the inputs, whatever comes of it: a call leaves nothing
    behind. `over` is called after these, where they printed something that was heard.
    """
    torch.set_grad_enabled(True)
    as_it_was, otherwise = settings(), []
    seen = TorchCalls(file, costs=observe == "costs") if observe else None
    outcome = Outcome()
    given: dict[str, Any] = {}
    try:
        if earlier:
            impl = _called_before(impl, scenario, [{**inputs, **changes} for changes in earlier], seed, over)
        seed_everything(seed)
        given |= map_tensors(torch.clone, inputs)
        leaves = _leaves(given) if cotangents is not None else {}
        with seen.watching() if seen else contextlib.nullcontext():
            outcome.outputs = scenario(impl, **given)
        otherwise = put_back(as_it_was)
        if cotangents is not None:
            outcome.gradients = _gradients(outcome.outputs, leaves, cotangents)
        outcome.devices = [leaf.device.type for _, leaf in tensors(outcome.outputs)]
        if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
            torch.cuda.synchronize()  # what went wrong on the card comes to light only then
    except BaseException as error:  # a submission may raise SystemExit or KeyboardInterrupt, too
        outcome.raised = describe(error, file)
    if outcome.raised and outcome.raised.lost_the_card:
        return outcome
    outcome.left = raw(given) | dict.fromkeys([*otherwise, *put_back(as_it_was)], b"")
    if seen:
        outcome.ops, outcome.calls, outcome.largest = seen.notes, seen.calls, seen.largest
        outcome.flops = seen.flops
    return outcome


class Quiet(io.TextIOBase):
    """A stream that swallows prints, for calls whose output nobody asks about, up to a limit; the rest is passed on.

    The first characters that are `aloud` go through, for who does not come back from such a call.
    """

    def __init__(self, behind: Any, aloud: int = 0):
        self._behind, self._aloud, self._left = behind, aloud, aloud + QUIET
        self.heard = False

    def write(self, text: str) -> int:
        self._aloud -= len(text)
        self._left -= len(text)
        if self._aloud >= 0 or self._left < 0:
            self.heard = True
            return int(self._behind.write(text) or 0)
        return len(text)

    def flush(self) -> None:
        if self.heard:
            self._behind.flush()


def _called_before(
    impl: Implementation,
    scenario: Scenario,
    calls: Sequence[dict[str, Any]],
    seed: int,
    over: Callable[[], None] | None,
) -> Implementation:
    """Call a scenario with these inputs, and forget the results; return the implementation for the call to come.

    `over` is called at the end where any of it was heard. What has lost the card is raised: there is no other call in
    this process.
    """
    lasting, quiet = Lasting(impl), [Quiet(stream, ALOUD if over else 0) for stream in (sys.stdout, sys.stderr)]
    as_it_was = settings()
    for inputs in calls:
        try:
            seed_everything(seed)
            with contextlib.redirect_stdout(quiet[0]), contextlib.redirect_stderr(quiet[1]):
                scenario(lasting, **map_tensors(torch.clone, inputs))
        except BaseException as error:  # a submission may raise SystemExit or KeyboardInterrupt, too
            if describe(error, "").lost_the_card:
                raise
        lasting.new_call()
        put_back(as_it_was)
    if over and any(stream.heard for stream in quiet):
        over()
    return lasting


def execute_here(impl: Implementation, scenario: Scenario, inputs: dict[str, Any], **options: Any) -> Outcome:
    """Run `execute` and bring the outcome to the CPU: for trusted code, in the process that looks at it."""
    with recursion_limit_kept():
        outcome = execute(impl, scenario, inputs, **options)
    outcome.look_for_changes(raw(inputs))
    if not (outcome.raised and outcome.raised.lost_the_card):
        outcome.outputs, outcome.gradients = map_tensors(
            lambda leaf: leaf.detach().cpu(), [outcome.outputs, outcome.gradients]
        )
    return outcome


def on_the_cpu_first(
    run: Callable[..., Outcome], inputs: dict[str, Any], earlier: Sequence[dict[str, Any]] = ()
) -> Outcome:
    """Run on a card only what comes through on the CPU: an index out of range costs a process its card."""
    if any(leaf.device.type != "cpu" for _, leaf in tensors(inputs)):
        outcome = run(map_tensors(Tensor.cpu, inputs), earlier=map_tensors(Tensor.cpu, list(earlier)))
        if outcome.raised:
            return outcome
    return run(inputs, earlier=earlier)


def repeat(scenario: Scenario, seeds: Sequence[int], impl: Implementation, /, **inputs: Any) -> list[Any]:
    """Call a scenario once for each of these seeds, on inputs of its own each time."""
    results = []
    for seed in seeds:
        seed_everything(seed)
        results.append(scenario(impl, **map_tensors(torch.clone, inputs)))
    return results


def load(module: nn.Module, state: dict[str, Tensor]) -> nn.Module:
    """Give a module these parameters and buffers, and with them their dtype and device. Gradients reach `state`.

    A parameter that the module has under several names, as a head that is tied to the embedding, is one: `state` has it
    under any of these.

    Raises:
        MissingError: the module's parameters have other names or shapes.
    """
    with torch._C.DisableTorchFunction():  # a watch on torch's calls would look up each of load's own: most of its time
        state = _under_all_names(module, state)
        own = {name: tuple(tensor.shape) for name, tensor in module.state_dict(keep_vars=True).items()}
        asked = {name: tuple(tensor.shape) for name, tensor in state.items()}
        wrong = next((name for name in [*asked, *own] if own.get(name) != asked.get(name)), None)
        if wrong is not None:
            raise _misfit(type(module).__name__, wrong, own, asked)
        floating = next(filter(torch.is_floating_point, state.values()), None)
        if isinstance(module, nn.Module) and all(map(_loads_as_torch_does, module.modules())):
            _assign(module, state, floating)
        else:  # in its own way, or a stand-in for a module, that notes what it is called for
            if floating is not None:
                module.to(floating)
            module.load_state_dict(state, assign=True)
    return module


def _loads_as_torch_does(part: nn.Module) -> bool:
    own = any(getattr(type(part), name) is not getattr(nn.Module, name) for name in LOADING)
    return not (own or part._load_state_dict_pre_hooks)


def _assign(module: nn.Module, state: dict[str, Tensor], floating: Tensor | None) -> None:
    """Do what `to` and `load_state_dict(assign=True)` do, in a tenth of their time: most of a run went into these."""
    parts = dict(module.named_modules(remove_duplicate=False))
    for name, value in state.items():
        path, _, last = name.rpartition(".")
        part = parts[path]
        if last in part._buffers:
            part._buffers[last] = value
        else:
            parameter = value if isinstance(value, nn.Parameter) else nn.Parameter(value, requires_grad=False)
            part._parameters[last] = parameter.requires_grad_(part._parameters[last].requires_grad)
    for part in parts.values():
        for last in part._non_persistent_buffers_set:
            buffer = part._buffers[last]
            if buffer is not None and floating is not None:
                part._buffers[last] = buffer.to(floating if buffer.is_floating_point() else floating.device)


def _misfit(kind: str, wrong: str, own: Shapes, asked: Shapes) -> MissingError:
    names = _listed(own, wrong)
    if wrong not in own:
        return MissingError(
            f"the parameter `{wrong}` of `{kind}` is missing, it should be of shape {asked[wrong]}; it has {names}"
        )
    if wrong not in asked:
        return MissingError(f"the parameter `{wrong}` of `{kind}`, {own[wrong]}, should not be there; it has {names}")
    return MissingError(
        f"the parameter `{wrong}` of `{kind}` is {own[wrong]}, it should be of shape {asked[wrong]}; it has {names}"
    )


def _listed(names: Iterable[str], like: str) -> str:
    """All names; of many, those that are most `like` the one that was looked for."""
    every = list(names)
    if len(every) <= MOST_NAMES:
        return ", ".join(every) or "none"
    return ", ".join([*get_close_matches(like, every, MOST_NAMES, 0.0), "…"])


def _under_all_names(module: nn.Module, state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Make what `module` has under several names, and `state` under one of them, one parameter under all of them."""
    names: dict[nn.Parameter, list[str]] = {}
    for name, parameter in module.named_parameters(remove_duplicate=False):
        names.setdefault(parameter, []).append(name)
    state = dict(state)
    for several in names.values():
        known = [name for name in several if name in state]
        if len(several) > len(known) == 1:
            value = state[known[0]]
            state |= dict.fromkeys(several, value if isinstance(value, nn.Parameter) else nn.Parameter(value))
    return state


def parameters(module: nn.Module, names: Sequence[str]) -> list[nn.Parameter]:
    """Find the parameters of these names.

    Raises:
        MissingError: there is none of such a name.
    """
    own = dict(module.named_parameters(remove_duplicate=False))
    lacking = next((name for name in names if name not in own), None)
    if lacking is not None:
        raise MissingError(f"`{type(module).__name__}` has no parameter `{lacking}`; it has {_listed(own, lacking)}")
    return [own[name] for name in names]


def seed_everything(seed: int) -> None:
    """Seed every generator that an implementation may draw from."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    # torch.manual_seed would queue a call, with a stack trace, for a CUDA that is never touched.
    torch.default_generator.manual_seed(seed)
    if torch.cuda.is_initialized():  # type: ignore[no-untyped-call]
        torch.cuda.manual_seed_all(seed)


def describe(error: BaseException, file: str) -> Raised:
    """An exception in plain words, with the line numbers of `file` it passed through, outermost first."""
    lines, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            lines.append(trace.tb_lineno)
        trace = trace.tb_next
    if isinstance(error, SyntaxError) and error.filename == file and error.lineno:
        lines.append(error.lineno)
    try:
        message = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:  # a student's __str__ may raise anything
        message = ""
    bases = [base.__name__ for base in type(error).__mro__]
    return Raised(type(error).__name__, bases, message, lines, entered=bool(lines))


def _leaves(given: dict[str, Any]) -> dict[str, Tensor]:
    """Make every floating-point input a leaf to differentiate by. Weights, which come in dicts, become Parameters."""
    for name, value in given.items():
        if isinstance(value, dict):
            given[name] = {
                key: nn.Parameter(item) if isinstance(item, Tensor) and item.is_floating_point() else item
                for key, item in value.items()
            }
    found = {f"{name}{path}": leaf for name, value in given.items() for path, leaf in tensors(value)}
    return {name: leaf.requires_grad_() for name, leaf in found.items() if leaf.is_floating_point()}


def _gradients(outputs: Any, leaves: dict[str, Tensor], cotangents: list[Tensor]) -> dict[str, Tensor | None]:
    floats = [leaf for _, leaf in tensors(outputs) if leaf.is_floating_point()]
    terms = [
        (leaf * weight.to(leaf)).sum()
        for leaf, weight in zip(floats, cotangents, strict=False)
        if leaf.requires_grad and leaf.shape == weight.shape
    ]
    wanted = {name: leaf for name, leaf in leaves.items() if leaf.requires_grad}
    if not terms or not wanted:
        return dict.fromkeys(leaves)
    total = sum(terms[1:], start=terms[0])
    found = torch.autograd.grad(total, list(wanted.values()), allow_unused=True)
    return {**dict.fromkeys(leaves), **dict(zip(wanted, found, strict=True))}
