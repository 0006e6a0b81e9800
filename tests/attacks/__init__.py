"""Wrong answers made of a right one by machine, for every exercise: its functions and modules, with a flaw put around them.

Each is a text that goes behind a solution. `_wrap(change)` puts `change(function)` in place of every public function and
of every module's `forward`. `FIRED` is added to where a flaw has changed what would have been given.
"""

FIRED: list[str] = []

WRAP = '''

import functools as _functools
import inspect as _inspect

import torch as _torch


def _tensors(tree):
    """The tensors in a nest of arguments."""
    if isinstance(tree, _torch.Tensor):
        return [tree]
    if isinstance(tree, dict):
        tree = list(tree.values())
    return [leaf for item in tree for leaf in _tensors(item)] if isinstance(tree, (list, tuple)) else []


def _map(change, tree):
    if isinstance(tree, _torch.Tensor):
        return change(tree)
    if isinstance(tree, (list, tuple)):
        return type(tree)(_map(change, item) for item in tree)
    return {key: _map(change, value) for key, value in tree.items()} if isinstance(tree, dict) else tree


def _shapes(tree):
    """What tells a cache apart that has forgotten about the numbers: shapes, dtypes, and what is no tensor."""
    if isinstance(tree, _torch.Tensor):
        return (tuple(tree.shape), tree.dtype, tree.device)
    if isinstance(tree, (list, tuple)):
        return tuple(map(_shapes, tree))
    if isinstance(tree, dict):
        return tuple((key, _shapes(value)) for key, value in tree.items())
    return repr(tree) if isinstance(tree, (int, float, str, bool, type(None))) else type(tree).__name__


def _numbers(tree):
    """What tells it apart by the numbers, too."""
    return _shapes(tree), tuple(repr(t.detach().flatten().tolist()) for t in _tensors(tree))


def _bound(function, args, settings):
    """The arguments by name, without `self`."""
    found = _inspect.signature(function).bind(*args, **settings)
    found.apply_defaults()
    return {name: value for name, value in found.arguments.items() if name != "self"}


def _call(function, args, given):
    """Call with these arguments by name in place of those."""
    found = _inspect.signature(function).bind_partial(*args[:1] if "self" in _inspect.signature(function).parameters else ())
    arguments = dict(found.arguments)
    for name, kind in _inspect.signature(function).parameters.items():
        if name in given:
            arguments[name] = given[name]
    found.arguments = {name: arguments[name] for name in _inspect.signature(function).parameters if name in arguments}
    return function(*found.args, **found.kwargs)


def _home(args):
    """Where an answer that keeps something would keep it: in the module, or beside the function."""
    return args[0].__dict__ if args and isinstance(args[0], _torch.nn.Module) else globals()


def _fired():
    from tests.attacks import FIRED

    FIRED.append(__name__)


def _keep(function, args, settings, key):
    """What was given first for this key, whatever is right now."""
    kept, right = _home(args).setdefault("_kept", {}), function(*args, **settings)
    found = kept.setdefault((function.__name__, key), right)
    if _numbers(found) != _numbers(right):
        _fired()
    return _map(_torch.clone, found)


def _changed(right, wrong):
    if _shapes(right) != _shapes(wrong):
        _fired()
    return wrong


def _wrap(change):
    for _name, _found in list(globals().items()):
        if _name.startswith("_") or getattr(_found, "__module__", None) != __name__:
            continue
        if isinstance(_found, type) and issubclass(_found, _torch.nn.Module):
            _found.forward = _functools.wraps(_found.forward)(change(_found.forward))
        elif _inspect.isfunction(_found):
            globals()[_name] = _functools.wraps(_found)(change(_found))
'''

ATTACKS = {
    "an answer is kept by the shapes of its arguments": """
def _change(function):
    def call(*args, **settings):
        given = list(_bound(function, args, settings).values())
        return _keep(function, args, settings, _shapes([v for v in given if _tensors(v)] or len(given)))
    return call
""",
    "an answer is kept by all arguments but the first": """
def _change(function):
    def call(*args, **settings):
        given = list(_bound(function, args, settings).values())
        return _keep(function, args, settings, (_shapes(given[0]) if _tensors(given[0]) else 0, _numbers(given[1:])))
    return call
""",
    "an answer is kept by all arguments but the last": """
def _change(function):
    def call(*args, **settings):
        given = [v for v in _bound(function, args, settings).values() if v is not None]
        return _keep(function, args, settings, (_numbers(given[:-1]), _shapes(given[-1]) if _tensors(given[-1]) else 0))
    return call
""",
    "a single row is squeezed": """
def _change(function):
    def call(*args, **settings):
        result = function(*args, **settings)
        return _changed(result, _map(lambda t: t.squeeze(0) if t.dim() > 1 else t, result))
    return call
""",
    "a mask is kept for calls without one": """
def _change(function):
    def call(*args, **settings):
        given, kept = _bound(function, args, settings), _home(args).setdefault("_kept", {})
        for name, value in given.items():
            key = function.__name__, name, _shapes(list(given.values())[0])
            if value is None:
                given[name] = kept.get(key)
            elif isinstance(value, _torch.Tensor) and value.dtype == _torch.bool:
                kept[key] = value
        return _call(function, args, given)
    return call
""",
    "a mask without a true entry is dropped": """
def _change(function):
    def call(*args, **settings):
        given = _bound(function, args, settings)
        for name, value in given.items():
            if isinstance(value, _torch.Tensor) and value.dtype == _torch.bool and not value.any():
                optional = _inspect.signature(function).parameters[name].default is None
                given[name] = None if optional else _torch.ones_like(value)
        return _call(function, args, given)
    return call
""",
    "a bias of zeros is left out": """
def _change(function):
    def call(*args, **settings):
        given = _bound(function, args, settings)
        if given.get("bias") is not None and not given["bias"].any():
            given["bias"] = None
        return _call(function, args, given)
    return call
""",
}

# What an argument of a solution must be written like, for these to be possible at all.
NEEDS = {
    "a mask is kept for calls without one": r"mask: Bool\[[^]]*\]( \| Bool\[[^]]*\])* \| None = None",
    "a mask without a true entry is dropped": r"mask: Bool",
    "a bias of zeros is left out": r"bias: Float.*\| None = None",
}


def attack(solution: str, name: str) -> str:
    """A solution with a flaw."""
    return f"{solution}{WRAP}{ATTACKS[name]}\n_wrap(_change)\n"
