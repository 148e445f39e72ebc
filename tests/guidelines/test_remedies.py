"""A remedy is something to do, said first; a title is true for every outcome."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from imaging import guidelines
from imaging.guidelines.catalogue import RULES
from imaging.guidelines.rule import Rule
from models.findings import Severity

FOLDER = Path(guidelines.__file__).parent
TELLING = {"failed": 1, "guest_failed": 1, "no_lines_in": 2}
"""What makes a failing answer, and which argument says what to do."""
DOING = frozenset({
    "add", "ask", "bring", "call", "check", "choose", "clean", "confirm", "consider", "convert", "copy", "correct",
    "delete", "download", "empty", "enrol", "fetch", "fix", "give", "grow", "have", "image", "install", "keep",
    "launch",
    "leave", "let", "lock", "log", "make", "move", "name", "note", "nothing", "open", "put", "read", "reboot",
    "rebuild", "remove", "restart", "save", "say", "seal", "set", "shorten", "start", "state", "stop", "switch", "take",
    "try", "turn", "unlock", "unmount", "unregister", "unshelve", "upgrade", "use", "wait", "write",
})  # fmt: skip
"""With what a remedy may begin; `nothing` to do is also said."""
SENTENCE = re.compile(r"\b(?:is|are|was|were|has|have|had|will|does|do|can|must|no|not|never|none|only)\b")
"""Words of a sentence, which is true of one outcome alone."""


def literal(node: ast.expr, names: dict[str, str]) -> str | None:
    """The beginning of a text; None where it is worked out."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=[ast.Constant(value=str(text)), *_]):
            return text
        case ast.Name(id=name):
            return names.get(name)
        case ast.BinOp(left=left):
            return literal(left, names)
    return None


def alternatives(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.IfExp):
        yield from alternatives(node.body)
        yield from alternatives(node.orelse)
    else:
        yield node


def remedies() -> Iterator[tuple[str, str]]:
    for path in sorted(FOLDER.glob("rules/*/*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = dict(constants(tree))
        for node in ast.walk(tree):
            for given in arguments(node):
                for one in alternatives(given):
                    if text := literal(one, names):
                        yield f"{path.name}:{given.lineno}", text
    for path in sorted(FOLDER.glob("data/*.toml")):
        for text in re.findall(r'^remedy = "(.*)"$', path.read_text("utf-8"), re.MULTILINE):
            yield path.name, text


def constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """The texts that a module gives names to."""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if text := literal(value, {}):
                yield name, text


def arguments(node: ast.AST) -> Iterator[ast.expr]:
    """What a call is given as a remedy."""
    if not isinstance(node, ast.Call):
        return
    place = TELLING.get(getattr(node.func, "id", ""), len(node.args))
    yield from node.args[place : place + 1]
    yield from (each.value for each in node.keywords if each.arg == "remedy")


REMEDIES = tuple(remedies())


def test_all_are_found():
    assert len(REMEDIES) > 120


@pytest.mark.parametrize("place, text", REMEDIES, ids=[place for place, _ in REMEDIES])
def test_a_remedy_begins_with_what_is_to_be_done(place, text):
    assert re.split(r"[^a-z]", text.lower())[0] in DOING, f"{place}: {text}"


@pytest.mark.parametrize(
    "rule", [each for each in RULES if each.severity is not Severity.ASK], ids=lambda each: each.id
)
def test_a_title_names_its_subject_and_says_nothing_of_the_outcome(rule: Rule):
    allowed = {"VOL-NOTCOPIED", "EPH-NOTCOPIED", "SW-CLOUD-UNSUITABLE", "SW-DEPENDS-ON-LOST", "STOP-MOUNTS",
               "STOP-CONTAINERS", "STOP-UNTRIED", "KEEP-UNTIL-TESTED"}  # fmt: skip
    found = SENTENCE.search(rule.title)
    assert found is None or rule.id in allowed, rule.title
