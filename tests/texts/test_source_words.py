"""The code speaks as the texts do: no comment, docstring or name of the program holds a word of the private dialect."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.gate.loading import REPOSITORY

WORDS = re.compile(
    r"(?<![a-z])(child|children|whoever|anew|heeds?|heeding|mend|mends|mended)(?![a-z])|throw[- _]?away\b"
    r"|\bway_?in\b|\ba look\b|\blook(s|ed|ing)?[ _](inside|into)\b|in spite of"
    r"|\bput(s|ting)?( it| them| the (source|instance))?[ _]back\b",
    re.IGNORECASE,
)
"""Those that have no right meaning in a program like this; `words.py` has what is said instead."""
ROOMS = ("imaging", "models", "screens", "tui", "bench", "screenshots", "ARCHITECTURE.md", "CONTRIBUTING.md")
SUFFIXES = {".py", ".sh", ".md", ".tcss"}


def sources(room: str) -> Iterator[Path]:
    start = REPOSITORY / room
    found = start.rglob("*") if start.is_dir() else [start]
    return (path for path in found if path.suffix in SUFFIXES)


def found_in(text: str) -> list[str]:
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if WORDS.search(line)]


@pytest.mark.parametrize("room", ROOMS)
def test_the_code_of_a_room_says_things_in_the_words_of_the_field(room: str):
    found = {str(path): lines for path in sources(room) if (lines := found_in(path.read_text(encoding="utf-8")))}
    assert found == {}


def test_every_room_has_code():
    assert all(any(sources(room)) for room in ROOMS)


@pytest.mark.parametrize(
    "line", ["a throw-away child", "for whoever asks", "def way_in():", "child_id = 1", "What a look inside found."]
)
def test_such_a_word_is_found_in_text_and_in_names(line: str):
    assert found_in(line) == [f"1: {line}"]
