"""Collects the texts that a user can see: from the code by its syntax tree, from the documents line by line."""

from __future__ import annotations

import ast
import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.gate.loading import REPOSITORY

KIND_OF_CALL = {
    "Binding": "key",
    "Choice": "choice",
    "Column": "heading",
    "Example": "help",
    "Field": "schema",
    "NoticeScreen": "dialog",
    "Phase": "journal",
    "Question": "dialog",
    "Remedy": "remedy",
    "Unknown": "unknown",
    "echo": "message",
    "notify": "message",
    "option": "help",
    "say": "message",
}
"""By the name of the call that a text is an argument of; an exception's is an error, any other text is a `text`."""
_SILENT_CALLS = frozenset({"debug", "info", "warning", "exception", "error", "critical", "getLogger", "compile"})
"""Nobody sees these in the interface: the log, and patterns."""


@dataclass(frozen=True)
class Text:
    """One text, where it stands, and what it is."""

    place: str
    """`path:line`."""
    kind: str
    text: str

    @property
    def path(self) -> str:
        """The file."""
        return self.place.rpartition(":")[0]


def texts() -> Iterator[Text]:
    """All texts of the program and its documents, in the order of the files."""
    for name in _tracked():
        path = REPOSITORY / name
        if name.endswith(".py"):
            yield from texts_of_code(name, path.read_text(encoding="utf-8"))
        elif name.endswith(".md"):
            yield from _lines(name, path.read_text(encoding="utf-8"))
        elif name.startswith("docs/schemas/"):
            yield from _descriptions(name, json.loads(path.read_text(encoding="utf-8")))


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "imaging", "models", "screens", "tui", "docs", "README.md", "CHANGELOG.md"],
        cwd=REPOSITORY, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [name for name in listed.stdout.splitlines() if (REPOSITORY / name).exists()]


def texts_of_code(name: str, code: str) -> Iterator[Text]:
    """The texts of one module: each string that is written for a person, an f-string with `{…}` for its values."""
    nodes = list(ast.walk(ast.parse(code)))
    unseen = _documentation(nodes) | _inside_silent_calls(nodes)
    kinds = dict(_kinds(nodes))
    for node in nodes:
        if (
            isinstance(node, ast.expr)
            and id(node) not in unseen
            and (text := _written(node)) is not None
            and _is_for_people(text)
        ):
            yield Text(f"{name}:{node.lineno}", kinds.get(id(node), "text"), text)
        if isinstance(node, ast.FunctionDef) and _is_command(node) and (text := ast.get_docstring(node)):
            yield Text(f"{name}:{node.lineno}", "help", text)


def _written(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return None


def _is_for_people(text: str) -> bool:
    """A word that begins a label, or several words; not a name of the code, a path or a stylesheet."""
    return any(letter.isalpha() for letter in text) and (" " in text.strip() or text[0].isupper()) and "{ " not in text


def _documentation(nodes: Sequence[ast.AST]) -> set[int]:
    """Docstrings, and the parts of f-strings, which are seen as a whole."""
    found = {
        id(node.value)
        for node in nodes
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr)
    }
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            found |= {id(part) for part in node.values}
    return found


def _inside_silent_calls(nodes: Sequence[ast.AST]) -> set[int]:
    calls = (node for node in nodes if isinstance(node, ast.Call) and _called(node) in _SILENT_CALLS)
    return {id(inner) for call in calls for inner in ast.walk(call)}


def _kinds(nodes: Sequence[ast.AST]) -> Iterator[tuple[int, str]]:
    for node in nodes:  # outer calls come first, so that the innermost decides
        if isinstance(node, ast.Call):
            name = _called(node)
            kind = "error" if name.endswith("Error") else KIND_OF_CALL.get(name)
            if kind is not None:
                yield from ((id(inner), kind) for inner in ast.walk(node))


def _called(call: ast.Call) -> str:
    function = call.func
    return (
        function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    )


def _is_command(node: ast.FunctionDef) -> bool:
    names = {_called(each) for each in node.decorator_list if isinstance(each, ast.Call)}
    return bool(names & {"command", "group"})


def _lines(name: str, text: str) -> Iterator[Text]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield Text(f"{name}:{number}", "document", line.strip())


def _descriptions(name: str, schema: Any) -> Iterator[Text]:
    if isinstance(schema, dict):
        if isinstance(said := schema.get("description"), str):
            yield Text(f"{name}:1", "schema", said)
        for part in schema.values():
            yield from _descriptions(name, part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _descriptions(name, part)
