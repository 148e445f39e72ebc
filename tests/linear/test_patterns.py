"""No pattern of the program takes much longer for a longer text than in proportion, with any text of a stranger.

Patterns are found, not listed: a new one is attacked as soon as it is there. The attacks are made from its own tree.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # no other way to a pattern's tree
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any

import pytest

import imaging
import models
import screens
import tui
from tests.linear.attacks import Attack, attacks_on
from tests.linear.timing import growth

_ROOT = Path(imaging.__file__).parent.parent
_PACKAGES = (imaging, models, screens, tui)
_SIZE = 400
_STRANGER = "imaging.democloud"
"""A process of its own, which only ever reads what the program itself sends."""

OWN_TEXT = {
    ("imaging.guest.probe.searches", "_GLOB"): "reads the globs of the user's own profile",
}
"""Patterns that never see a stranger's text."""
MADE_AT_RUN_TIME = {
    "imaging/files/disk/tree.py": "a pattern of file names in the form that Python makes, which tries each star once",
    "imaging/guidelines/instance/flavor_fit.py": "a pattern of the user's own profile, on a bounded name",
    "imaging/runtime/echoes.py": "one function makes two of a module's own, which are found there",
    "imaging/runtime/escapes.py": "one function makes all of a module's own, which are found there",
    "models/guidelines/profile.py": "checks the patterns of the user's own profile",
    "models/guidelines/tables.py": "the same",
}
"""Files that may make a pattern inside a function, where the test cannot find it."""


@cache
def patterns() -> dict[re.Pattern[Any], str]:
    """Every pattern that a module holds, itself or in a table."""
    found: dict[re.Pattern[Any], str] = {}
    for package in _PACKAGES:
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if each.name.startswith(_STRANGER) or each.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(each.name)).items():
                if (each.name, name) not in OWN_TEXT:
                    found.update((pattern, f"{each.name}.{name}") for pattern in _held(value))
    return found


def _held(value: object, depth: int = 0) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, list | tuple | set | frozenset) and depth < 3:
        for inner in value:
            yield from _held(inner, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        yield from _held([*value, *value.values()], depth + 1)


def slow_attack(pattern: re.Pattern[Any], attacks: list[Attack]) -> tuple[Attack, float] | None:
    """The first attack under which four times the text takes far more than four times as long."""

    def searching(attack: Attack, size: int):
        text = attack.text(size)
        subject = text.encode("latin-1", "ignore") if isinstance(pattern.pattern, bytes) else text
        return lambda: sum(1 for _ in pattern.finditer(subject))

    for attack in attacks:
        ratio = growth(partial(searching, attack), _SIZE, hopeless_seconds=0.03)
        if ratio > 7:
            return attack, ratio
    return None


def test_a_text_four_times_as_long_takes_no_pattern_much_more_than_four_times_as_long():
    assert len(patterns()) > 90
    slow = {name: found for pattern, name in patterns().items() if (found := slow_attack(pattern, attacks_on(pattern)))}
    assert not slow


@pytest.mark.parametrize(
    "slow",
    [
        r"(?is)<(title|h1)\b.*?</\1>",
        r'([A-Z]+)="([^"]*)"',
        r"finished at .*\bDatasource (\w+)",
        r"\s+$",
        r"(user=[^,%]*[%:])x",
        r"(.*?)\s+(\S+)\s+(\d+)",
        r"\beyJ[\w-]{8,}\.\w+",
    ],
)
def test_the_attacks_find_patterns_that_are_slow(slow):
    pattern = re.compile(slow)
    assert slow_attack(pattern, attacks_on(pattern))


def test_no_pattern_is_one_that_python_before_3_11_5_misreads():
    """A group that was repeated possessively and did not fit moves the place; a capture in an atomic group is lost."""
    assert not [name for pattern, name in patterns().items() if any(_misread(_tree(pattern), atomic=False))]


@pytest.mark.parametrize("misread", [r"(?:ab)?+c", r"(?:x(?:ab|c)*+)y", r"(?>(a)b)c", r"(?=(?:ab)*+c)"])
def test_a_pattern_that_old_python_misreads_is_found(misread):
    assert any(_misread(_tree(re.compile(misread)), atomic=False))


def _tree(pattern: re.Pattern[Any]) -> Any:
    source = pattern.pattern if isinstance(pattern.pattern, str) else pattern.pattern.decode("latin-1")
    return parser.parse(source, pattern.flags & ~re.UNICODE & ~re.LOCALE)


def _misread(tree: Any, *, atomic: bool) -> Iterator[bool]:
    """For each node of a tree whether it is a possessive group, or a capture in an atomic one."""
    for op, value in tree:
        if op in {sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT}:
            body = value[2]
            yield op is sre.POSSESSIVE_REPEAT and not (len(body) == 1 and body[0][0] in _SINGLE)
            yield from _misread(body, atomic=atomic)
        elif op is sre.SUBPATTERN:
            yield atomic and value[0] is not None
            yield from _misread(value[3], atomic=atomic)
        elif op is sre.ATOMIC_GROUP:
            yield from _misread(value, atomic=True)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from _misread(branch, atomic=atomic)
        elif op in {sre.ASSERT, sre.ASSERT_NOT}:
            yield from _misread(value[1], atomic=atomic)


_SINGLE = (sre.IN, sre.ANY, sre.LITERAL, sre.NOT_LITERAL)


def test_every_pattern_is_made_where_the_attacks_find_it():
    assert not [place for file in _files() for place in _made_inside(file) if file not in MADE_AT_RUN_TIME]


def _files() -> list[str]:
    found = [path for package in _PACKAGES for path in Path(package.__path__[0]).rglob("*.py")]
    names = [str(path.relative_to(_ROOT)) for path in found]
    return [name for name in names if not name.startswith("imaging/democloud/")]


def _made_inside(file: str) -> Iterator[str]:
    """Uses of `re` that make a pattern inside a function, or where it is used."""
    tree = ast.parse((_ROOT / file).read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, _FUNCTIONS)]
    inside = {id(each) for function in functions for each in ast.walk(function)}
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"), attr=used)):
                if used != "escape" and (used != "compile" or id(node) in inside):
                    yield f"{file}:{node.lineno}"
            case ast.ImportFrom(module="re"):
                yield f"{file}:{node.lineno}"


_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
