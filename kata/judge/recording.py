"""Recordings of an exercise: their contents, and their form in a file: a frame of numbers and names, never a pickle.

For each trial of each test: fingerprints of its inputs, what the reference gave, in float64 and at the dtype of the
run, and what each known mistake gave. Outcomes that are one and the same are stored once.
"""

from __future__ import annotations

import hashlib
import math
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from kata.errors import JudgeError
from kata.execution.nested import walk
from kata.execution.protocol import MAX_BODY, MAX_HEADER, PREFIX, ProtocolError, lengths, pack, unpack
from kata.execution.scenario import Outcome, Raised
from kata.judge.agreement import FLOOR

VERSION = 1
UNKNOWN = -1  # in place of a mistake's outcome: it is not recorded


@dataclass
class Expectations:
    """The records of one exercise at one seed. Outcomes are numbered; `known` has them."""

    mistakes: list[str]  # their names
    modules: dict[str, Any] = field(default_factory=dict)  # the call that makes one -> its state, see `state_of`
    trials: dict[str, list[dict[str, Any]]] = field(default_factory=dict)  # place -> for each inputs it may have
    known: list[dict[str, Any]] = field(default_factory=list)
    version: int = VERSION

    def entries(self, place: tuple[Any, ...]) -> list[dict[str, Any]]:
        """Look up the records of this place in the grader, the reference's own first."""
        return self.trials.get(repr(place), [])

    def outcome(self, number: int) -> Outcome:
        found = dict(self.known[number])
        if found["raised"] is not None:
            kind, message = found["raised"]
            found["raised"] = Raised(kind, [kind], message, [], True)
        return Outcome(**found)

    def write(self, file: Path) -> None:
        """Write the recording; raise JudgeError if it is larger than a frame may be."""
        try:
            data = pack(asdict(self))
        except ProtocolError as error:
            raise JudgeError(f"what the reference gives is too much to record: {error}") from None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(zlib.compress(data, 9))

    @classmethod
    def read(cls, file: Path) -> Expectations:
        """Read a recording, which may come from anywhere: no length is taken on trust.

        Raises:
            JudgeError: it is missing, or is none.
        """
        try:
            opened = zlib.decompressobj()
            data = opened.decompress(file.read_bytes(), PREFIX.size + MAX_HEADER + MAX_BODY)
            header, body = lengths(data[: PREFIX.size].ljust(PREFIX.size, b"\0"))
            start = PREFIX.size + header
            found = cls(**unpack(data[PREFIX.size : start], data[start : start + body]))
            if found.version != VERSION:
                raise ProtocolError("it is of another version")
            return found
        except FileNotFoundError:
            raise JudgeError(f"{file} is missing. Take the folder anew from where it came.") from None
        except (OSError, zlib.error, ProtocolError, TypeError) as error:
            raise JudgeError(f"{file} cannot be read: {error}. Take the folder anew from where it came.") from None


def numbers_of(outcome: Outcome) -> dict[str, Any]:
    """Encode an outcome as it is recorded."""
    raised = [outcome.raised.type, outcome.raised.message] if outcome.raised else None
    return {**{name: value for name, value in vars(outcome).items() if name != "left"}, "raised": raised, "ops": []}


def fingerprint(inputs: Any) -> list[float | str]:
    """Compute a fingerprint of inputs: of each tensor two sums, each plain number itself, a digest of all texts."""
    found: list[float | str] = []
    texts = hashlib.blake2b(digest_size=8)
    for _, leaf in walk(inputs):
        if isinstance(leaf, Tensor):
            flat = leaf.detach().cpu().flatten().double().nan_to_num(0.5, 1.5, -1.5)
            found += [flat.abs().sum().item(), (flat * torch.arange(1, len(flat) + 1).double().cos()).sum().item()]
        elif isinstance(leaf, int | float):
            found.append(float(leaf))
        elif isinstance(leaf, str | bytes):
            data = leaf if isinstance(leaf, bytes) else leaf.encode("utf-8", "surrogatepass")
            texts.update(b"%s %d " % (type(leaf).__name__.encode(), len(data)) + data)
    return [*found, texts.hexdigest()]


def fits(inputs: Any, recorded: list[float | str], dtype: torch.dtype) -> bool:
    """Tell whether these are the recorded inputs, but for rounding: libraries differ in the last bit of a logarithm."""
    now = fingerprint(inputs)
    scale = max((abs(number) for number in recorded if not isinstance(number, str)), default=0.0)
    return len(now) == len(recorded) and all(
        one == other
        if isinstance(one, str) or isinstance(other, str)
        else math.isclose(one, other, rel_tol=FLOOR[dtype], abs_tol=FLOOR[dtype] * scale)
        for one, other in zip(now, recorded, strict=True)
    )


def state_of(module: nn.Module) -> dict[str, Any]:
    """Describe a module as `weights` needs it: names and shapes of what is drawn, and the rest as it is."""
    return {
        name: list(tensor.shape) if tensor.is_floating_point() else tensor
        for name, tensor in module.state_dict().items()
    }


class StandIn:
    """A stand-in for an absent reference, for recipes that ask it for a module to draw the weights of."""

    def __init__(self, modules: dict[str, Any]):
        self._modules = modules

    def __getattr__(self, name: str) -> Any:
        def make(*args: Any, **settings: Any) -> nn.Module:
            call = call_of(name, args, settings)
            if call not in self._modules:
                raise JudgeError(f"nothing is recorded of {call}, which inputs are drawn for")
            return _module(self._modules[call])

        return make


def call_of(name: str, args: tuple[Any, ...], settings: dict[str, Any]) -> str:
    """`CrossAttention(6, 5, num_heads=2)`"""
    return f"{name}({', '.join([*map(repr, args), *(f'{key}={value!r}' for key, value in settings.items())])})"


def _module(state: dict[str, Any]) -> nn.Module:
    """Make a module with this state, in its order, and nothing else."""
    root = nn.Module()
    for name, value in state.items():
        owner = root
        *path, last = name.split(".")
        for part in path:
            if part not in owner._modules:
                owner.add_module(part, nn.Module())
            owner = owner.get_submodule(part)
        owner.register_buffer(last, value if isinstance(value, Tensor) else torch.empty(value))
    return root
