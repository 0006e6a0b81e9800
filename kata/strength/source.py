"""A solution as text and as a tree at once, so that a mutant is one small edit and all else stays as it was written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from kata.course.solution import REGION

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Edit:
    """Put `text` where the source has the characters from `start` to `end`."""

    start: int
    end: int
    text: str


class Source:
    """The text of a solution, its tree, and which of its characters a mutant may touch."""

    def __init__(self, text: str):
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))
        self._parents = {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}
        self._regions = [match.span("body") for match in REGION.finditer(text)]
        self._closed = [span for node in ast.walk(self.tree) for span in self._unseen(node)]

    def offset(self, line: int, column: int) -> int:
        """The index into the text of a place that counts characters, as parso does."""
        return self._starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        """Find where the node begins and ends in the text. `ast` counts bytes."""
        return (
            self._index(node.lineno, node.col_offset),  # type: ignore[attr-defined]
            self._index(node.end_lineno, node.end_col_offset),  # type: ignore[attr-defined]
        )

    def of(self, node: ast.AST) -> str:
        """The node's own text, without brackets around it."""
        start, end = self.span(node)
        return self.text[start:end]

    def mutable(self, start: int, end: int) -> bool:
        """Tell whether these characters are of a marked region, and say something that a test could see."""
        inside = any(first <= start and end <= last for first, last in self._regions)
        return inside and not any(first <= start and end <= last for first, last in self._closed)

    def nodes(self) -> Iterator[ast.AST]:
        """The nodes that a mutant may touch."""
        return (node for node in ast.walk(self.tree) if hasattr(node, "lineno") and self.mutable(*self.span(node)))

    def parent(self, node: ast.AST) -> ast.AST | None:
        return self._parents.get(node)

    def function(self, node: ast.AST) -> Function | None:
        """The function that the node belongs to."""
        above = self.parent(node)
        while above is not None and not isinstance(above, Function):
            above = self.parent(above)
        return above

    def replace(self, node: ast.AST, text: str) -> Edit:
        return Edit(*self.span(node), text)

    def edited(self, edit: Edit) -> str:
        return self.text[: edit.start] + edit.text + self.text[edit.end :]

    def _unseen(self, node: ast.AST) -> Iterator[tuple[int, int]]:
        """Find spans that no test may depend on: the words of an exception, text with numbers in it, annotations."""
        match node:
            case ast.Raise(exc=ast.Call() as call):
                yield self.span(call.func)[1], self.span(call)[1]
            case ast.Assert(msg=ast.expr() as message):
                yield self.span(message)
            case ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation):
                yield self.span(annotation)
            case ast.FunctionDef(returns=ast.expr() as annotation):
                yield self.span(annotation)
            case ast.JoinedStr():
                yield self.span(node)

    def _index(self, line: int, column: int) -> int:
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())


def same_code(text: str) -> str:
    """A key that two sources share when they are the same program: comments, layout and `- 1` for `-1` aside.

    Raises:
        SyntaxError: it is no program.
    """
    tree = ast.parse(text)
    compile(tree, "mutant", "exec", dont_inherit=True)
    return ast.dump(_Fold().visit(tree))


def same_on_one_device(text: str) -> str:
    """A key like `same_code`, which sources that differ only in where they put tensors share too."""
    return ast.dump(_WithoutDevices().visit(_Fold().visit(ast.parse(text))))


class _Fold(ast.NodeTransformer):
    """A transformer that makes one of two spellings: `-1` of `- 1`, and `pass` of a statement that is but a name."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        self.generic_visit(node)
        match node:
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if type(value) is int:
                return ast.Constant(-value)
        return node

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        self.generic_visit(node)
        return ast.Pass() if isinstance(node.value, ast.Name) else node


class _WithoutDevices(ast.NodeTransformer):
    """`x.to(device)` → `x`, `torch.ones(3, device=x.device)` → `torch.ones(3)`, `x = x` → nothing."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        node.keywords = [keyword for keyword in node.keywords if keyword.arg != "device"]
        match node:
            case ast.Call(func=ast.Attribute(value=owner, attr="to"), args=arguments, keywords=[]):
                if all(_is_device(argument) for argument in arguments):
                    return owner
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST:
        self.generic_visit(node)
        return ast.Pass() if [ast.unparse(target) for target in node.targets] == [ast.unparse(node.value)] else node


def _is_device(node: ast.AST) -> bool:
    match node:
        case ast.Name(id="device") | ast.Attribute(attr="device"):
            return True
    return False
