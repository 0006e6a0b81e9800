"""Mutation operators for tensor code: the slips that a general mutation tool does not know of.

Each is a function of a node that yields the edits it can make there. What an edit gives need not make sense: the
generator leaves out what does not compile, what another operator gave already, and what is the original.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator

from kata.strength.source import Edit, Source

Operator = Callable[[ast.AST, Source], Iterator[Edit]]

OTHER_AXIS = {-1: -2, -2: -1, 0: 1, 1: 0}
SIBLINGS = """
    max min, amax amin, argmax argmin, maximum minimum, cummax cummin, sum mean, cumsum cumprod, sum prod, any all,
    zeros ones, zeros_like ones_like, tril triu, floor ceil, exp expm1, log log1p, log log2, sqrt rsqrt, sin cos,
    var std, softmax log_softmax, sigmoid logsigmoid, gelu relu
"""
# Swapping these changes nothing, or is seen by the first call of all.
SYMMETRIC = {"max", "min", "maximum", "minimum", "add", "mul", "equal", "transpose", "swapaxes", "isinstance"}
# What these give is no tensor, so that their first argument in their place only ever raises.
NO_TENSOR = {"range", "len", "super", "isinstance", "hasattr", "getattr", "setattr", "zip", "enumerate", "type"}
TRANSPOSED = {"mT", "T", "mH", "H"}
SWAPPABLE = {ast.Sub: "-", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**", ast.FloorDiv: "//", ast.Mod: "%"}
ATOMS = (ast.Name, ast.Constant, ast.Attribute, ast.Call, ast.Subscript)


def other_axis(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`x.sum(-1)` → `x.sum(-2)`, `x.sum(dim)` → `x.sum(-1)`."""
    if isinstance(node, ast.Call):
        for value in [*node.args, *(k.value for k in node.keywords if k.arg in ("dim", "axis"))]:
            match value:
                case ast.Constant(value=int() as axis) if axis in OTHER_AXIS and type(axis) is int:
                    yield source.replace(value, str(OTHER_AXIS[axis]))
                case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as axis)) if -axis in OTHER_AXIS:
                    yield source.replace(value, str(OTHER_AXIS[-axis]))
                case ast.Name(id="dim" | "axis"):
                    yield source.replace(value, "-1")
                    yield source.replace(value, "0")


def dropped_keyword(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`x.sum(dim, keepdim=True)` → `x.sum(dim)`."""
    if isinstance(node, ast.Call):
        for index, _ in enumerate(node.keywords):
            yield from _call_again(node, source, node.args, node.keywords[:index] + node.keywords[index + 1 :])


def swapped_arguments(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`torch.where(mask, a, b)` → `torch.where(mask, b, a)`, and the same in a returned tuple."""
    if isinstance(node, ast.Call) and _called(node) not in SYMMETRIC:
        for swapped in _swaps(node.args):
            yield from _call_again(node, source, swapped, node.keywords)
    elif isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple):
        for swapped in _swaps(node.value.elts):
            yield source.replace(node.value, ", ".join(map(source.of, swapped)))


def removed_call(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`x.exp().sum()` → `x.sum()`, `torch.exp(x)` → `x`."""
    if not isinstance(node, ast.Call) or _called(node) in NO_TENSOR or isinstance(source.parent(node), ast.Raise):
        return
    if isinstance(node.func, ast.Attribute) and _is_value(node.func.value, source):
        yield source.replace(node, _owner(node.func, source))
    elif node.args and not isinstance(node.args[0], ast.Starred):
        yield source.replace(node, _wrapped(node.args[0], source))


def removed_transpose(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`k.mT` → `k`."""
    if isinstance(node, ast.Attribute) and node.attr in TRANSPOSED:
        yield source.replace(node, _owner(node, source))


def removed_statement(node: ast.AST, source: Source) -> Iterator[Edit]:
    """A plain statement → `pass`, unless it is the first to define a name, or the return that ends a function."""
    if not isinstance(
        node, ast.Assign | ast.AnnAssign | ast.AugAssign | ast.Expr | ast.Return | ast.Raise | ast.Delete
    ):
        return
    function = source.function(node)
    is_result = isinstance(node, ast.Return) and function is not None and function.body[-1] is node
    if not is_result and not _defines_for_the_first_time(node, function):
        yield source.replace(node, "pass")


def removed_context(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`with torch.no_grad():` → `if True:`."""
    if isinstance(node, ast.With):
        start, end = source.span(node)[0], source.span(node.items[-1].context_expr)[1]
        if not any(item.optional_vars for item in node.items) and source.text[end] == ":":
            yield Edit(start, end, "if True")


def other_exception(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`raise ValueError(...)` → `raise Exception(...)`."""
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
        yield source.replace(node.exc.func, "Exception")


def fixed_condition(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`if c:` → `if True:`, `if False:`. A `while True` would only cost the time limit."""
    match node:
        case ast.If(test=test) | ast.IfExp(test=test):
            yield source.replace(test, "True")
            yield source.replace(test, "False")
        case ast.While(test=test):
            yield source.replace(test, "False")
        case ast.ListComp(generators=generators) | ast.SetComp(generators=generators):
            yield from _fixed_filters(generators, source)
        case ast.DictComp(generators=generators) | ast.GeneratorExp(generators=generators):
            yield from _fixed_filters(generators, source)


def dropped_condition(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`a and b` → `a`, `b`."""
    if isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        for index, _ in enumerate(node.values):
            rest = node.values[:index] + node.values[index + 1 :]
            yield source.replace(node, word.join(_wrapped(value, source) for value in rest))


def sibling_function(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`sum` ↔ `mean`, `amax` ↔ `amin`, and other pairs that one mistakes for each other."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name):
        name, (_, end) = _called(node), source.span(node.func)
        for pair in SIBLINGS.split(","):
            one, other = pair.split()
            if name in (one, other):
                yield Edit(end - len(name), end, other if name == one else one)


def other_argument(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`q` → `k` where the function takes both with the same kind of annotation."""
    function = source.function(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and function is not None:
        arguments = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
        kinds = {argument.arg: _kind(argument, source) for argument in arguments}
        for name, kind in kinds.items():
            if node.id in kinds and name != node.id and kind and kind == kinds[node.id]:
                yield source.replace(node, name)


def other_layer(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`self.query(x)` → `self.key(x)` where the method calls both."""
    name, function = _layer(node), source.function(node)
    if name and function is not None:
        others = sorted({_layer(other) for other in ast.walk(function)} - {name, ""})
        for other in others:
            yield source.replace(node.func, f"self.{other}")  # type: ignore[attr-defined]


def dropped_bound(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`x[1:n]` → `x[:n]`, `x[1:]`."""
    if isinstance(node, ast.Slice):
        for bound in (node.lower, node.upper, node.step):
            if bound is not None:
                yield source.replace(bound, "")


def other_update(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`a += b` → `a = b`, `a -= b`."""
    if isinstance(node, ast.AugAssign):
        start, end = source.span(node.target)[1], source.span(node.value)[0]
        between = source.text[start:end]
        for one, other in [("+", ""), ("-", ""), ("*", ""), ("/", ""), ("+", "-"), ("-", "+"), ("*", "/"), ("/", "*")]:
            if between.strip().startswith(f"{one}="):
                yield Edit(start, end, between.replace(f"{one}=", f"{other}=", 1))


def swapped_operands(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`a - b` → `b - a`."""
    if isinstance(node, ast.BinOp) and type(node.op) in SWAPPABLE:
        left, right = _wrapped(node.left, source), _wrapped(node.right, source)
        yield source.replace(node, f"{right} {SWAPPABLE[type(node.op)]} {left}")


def dropped_operand(node: ast.AST, source: Source) -> Iterator[Edit]:
    """`a * b` → `a`, `b`; and `a @ b` → `a * b`, which broadcasts."""
    if isinstance(node, ast.BinOp):
        left, right = _wrapped(node.left, source), _wrapped(node.right, source)
        yield source.replace(node, left)
        yield source.replace(node, right)
        if isinstance(node.op, ast.MatMult):
            yield source.replace(node, f"{left} * {right}")


OPERATORS: dict[str, Operator] = {
    function.__name__.replace("_", " "): function
    for function in (
        other_axis,
        dropped_keyword,
        swapped_arguments,
        removed_call,
        removed_transpose,
        removed_statement,
        removed_context,
        other_exception,
        fixed_condition,
        dropped_condition,
        sibling_function,
        other_argument,
        other_layer,
        dropped_bound,
        other_update,
        swapped_operands,
        dropped_operand,
    )
}


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _call_again(
    node: ast.Call, source: Source, arguments: list[ast.expr], keywords: list[ast.keyword]
) -> Iterator[Edit]:
    (_, start), (_, end) = source.span(node.func), source.span(node)
    if source.text[start] == "(":
        yield Edit(start, end, f"({', '.join(map(source.of, [*arguments, *keywords]))})")


def _swaps(nodes: list[ast.expr]) -> Iterator[list[ast.expr]]:
    for index in range(len(nodes) - 1):
        if not any(isinstance(node, ast.Starred) for node in nodes[index : index + 2]):
            yield [*nodes[:index], nodes[index + 1], nodes[index], *nodes[index + 2 :]]


def _owner(node: ast.Attribute, source: Source) -> str:
    """The text before the dot of an attribute, brackets and all."""
    return source.of(node)[: -len(node.attr)].rstrip().removesuffix(".").rstrip()


def _wrapped(node: ast.expr, source: Source) -> str:
    return source.of(node) if isinstance(node, ATOMS) else f"({source.of(node)})"


def _is_value(node: ast.expr, source: Source) -> bool:
    """Tell whether this may be a tensor whose methods are called: not `self`, and not an imported module."""
    if isinstance(node, ast.Name) and node.id == "self":
        return False
    while isinstance(node, ast.Attribute):
        node = node.value
    return not (isinstance(node, ast.Name) and node.id in _imported(source))


def _imported(source: Source) -> set[str]:
    aliases = (a for n in ast.walk(source.tree) if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names)
    return {alias.asname or alias.name.partition(".")[0] for alias in aliases}


def _defines_for_the_first_time(node: ast.stmt, function: ast.AST | None) -> bool:
    if not isinstance(node, ast.Assign | ast.AnnAssign) or function is None:
        return False
    here = _stored(node)
    elsewhere = Counter(_stored(function)) - Counter(here)
    arguments = {n.arg for n in ast.walk(function) if isinstance(n, ast.arg)}
    return bool(here) and not any(name in elsewhere or name in arguments for name in here)


def _stored(node: ast.AST) -> list[str]:
    return [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def _fixed_filters(generators: list[ast.comprehension], source: Source) -> Iterator[Edit]:
    for test in (test for generator in generators for test in generator.ifs):
        yield source.replace(test, "True")
        yield source.replace(test, "False")


def _kind(argument: ast.arg, source: Source) -> str:
    """`Float` of `Float[Tensor, "*batch T D"]`, `int` of `int`; nothing where there is no annotation."""
    annotation = argument.annotation
    return source.of(annotation).partition("[")[0].partition("|")[0].strip() if annotation else ""


def _layer(node: ast.AST) -> str:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="self"), attr=name)):
            return name
    return ""
