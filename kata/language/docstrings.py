"""The prose of a source file: the paragraphs of its docstrings, taken out and put back in another language.

They are taken as they are written, escapes and all, so that what is put back is Python as surely as what was taken out.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

_DOCSTRING = re.compile(r'(?P<open>\s*[rR]?""")(?P<body>.*?)(?P<close>""")', re.DOTALL)
_DISPLAY = re.compile(r"\$\$[^$]*\$\$")  # a formula that stands alone reads the same in every language

Say = Callable[[str, str], str]  # context, English → translation, or the English where there is none


def paragraphs(source: str) -> Iterator[tuple[str, str]]:
    """Yield each paragraph with its context: `statement` at the top of the file, `docstring` within it."""
    found: list[tuple[str, str]] = []
    translated(source, lambda context, text: found.append((context, text)) or text)  # type: ignore[func-returns-value]
    yield from sorted(found, key=lambda pair: pair[0] != "statement")


def translated(source: str, say: Say) -> str:
    """Translate every paragraph of the source's docstrings with `say`."""
    lines = source.split("\n")
    nodes = sorted(_docstrings(ast.parse(source)), key=lambda pair: -pair[1].lineno)
    for context, node in nodes:
        assert node.end_lineno is not None
        raw = "\n".join(lines[node.lineno - 1 : node.end_lineno])
        found = _DOCSTRING.fullmatch(raw)
        if found:
            body = _body(found["body"], " " * node.col_offset, context, say)
            lines[node.lineno - 1 : node.end_lineno] = (found["open"] + body + found["close"]).split("\n")
    return "\n".join(lines)


def _body(body: str, indent: str, context: str, say: Say) -> str:
    parts = body.split("\n\n")
    for number, part in enumerate(parts):
        text = part.replace(f"\n{indent}", "\n").removeprefix(indent if number else "")
        core = text.strip("\n ")
        if _is_prose(core):
            end = text[len(text.rstrip("\n ")) :]
            new = say(context, core) + end
            parts[number] = (indent if number else "") + new.replace("\n", f"\n{indent}")
    return re.sub(r"[ ]+(?=\n)", "", "\n\n".join(parts))


def _is_prose(text: str) -> bool:
    return bool(re.search("[A-Za-z]", text)) and not text.startswith(">>>") and not _DISPLAY.fullmatch(text)


def _docstrings(tree: ast.Module) -> Iterator[tuple[str, ast.Expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            first = node.body[0]
            assert isinstance(first, ast.Expr)
            yield ("statement" if isinstance(node, ast.Module) else "docstring"), first
