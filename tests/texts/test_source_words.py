"""The code speaks as the texts do: no comment, docstring or name holds a word of the private dialect."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
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
PHRASES = re.compile(
    r"(?<![a-z])(whoever|anew|heeds?|heeding|mend|mends|mended)(?![a-z])|throw[- _]?away\b|in spite of"
    r"|(?<![a-z])of[ _]ours(?![a-z])|(?<![a-z])(is|are|not|than|as|none[ _]of)[ _]ours(?![a-z])|NotOurs"
    r"|\b(came|comes|come|coming) of (it|them|that|this|a|an|the)\b"
    r"|\bwhatever (happens|(it|they|that) (is|are|was|were|says?|holds?)|(?:the|a) \w+ (says?|does|holds?))\b"
    r"|\bput(s|ting)? ((it|them|this|that|things) )?right\b|\b(meant so|cannot be meant)\b|\bspeaks? against\b"
    r"|\bnone that (a|the|Nova) \w+ (gives?|takes?|has|have)\b|\b(it|which|that|what) is none(?=[.,;:])"
    r"|\b(is|are) of no use\b|\bgo(es)? on (to|in|with|by|behind|without)\b",
    re.IGNORECASE,
)
"""Turns of the same dialect, for which tests and documents are searched as well."""
ROOMS = ("imaging", "models", "screens", "tui", "bench", "screenshots", "ARCHITECTURE.md", "CONTRIBUTING.md")
SUFFIXES = {".py", ".sh", ".md", ".tcss"}
NOT_SCRIPTS = SUFFIXES - {".sh"}
"""Scripts of guests are recorded as they are: a comment of theirs is changed with the next recording."""
ALSO_SEARCHED = ("docs", "tests", "README.md", "SECURITY.md")
QUOTING = {"guidelines.md", "imaging-guidelines.md"}
"""Files that quote the page's own sentences."""


def sources(room: str, suffixes: Collection[str] = SUFFIXES) -> Iterator[Path]:
    start = REPOSITORY / room
    found = start.rglob("*") if start.is_dir() else [start]
    return (
        path
        for path in found
        if path.suffix in suffixes and path.name not in QUOTING and path.parent != Path(__file__).parent
    )


def found_in(text: str, words: re.Pattern[str] = WORDS) -> list[str]:
    return [f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), 1) if words.search(line)]


def found_below(room: str, words: re.Pattern[str], suffixes: Collection[str] = SUFFIXES) -> dict[str, list[str]]:
    texts = {str(path): path.read_text(encoding="utf-8") for path in sources(room, suffixes)}
    return {path: lines for path, text in texts.items() if (lines := found_in(text, words))}


@pytest.mark.parametrize("room", ROOMS)
def test_the_code_of_a_room_says_things_in_the_words_of_the_field(room: str):
    assert found_below(room, WORDS) == {}


@pytest.mark.parametrize("room", [*ROOMS, *ALSO_SEARCHED])
def test_a_room_says_what_is_meant(room: str):
    assert found_below(room, PHRASES, NOT_SCRIPTS) == {}


def test_every_room_has_code():
    assert all(any(sources(room)) for room in ROOMS)


@pytest.mark.parametrize(
    "line", ["a throw-away child", "for whoever asks", "def way_in():", "child_id = 1", "What a look inside found."]
)
def test_such_a_word_is_found_in_text_and_in_names(line: str):
    assert found_in(line) == [f"1: {line}"]


@pytest.mark.parametrize(
    "line",
    [
        "It raises an error of ours.",
        "def test_any_body_is_an_error_of_ours():",
        "What came of it.",
        "It is removed, whatever happens.",
        "Asked for again, whatever the cloud says.",
        "The conversion puts it right.",
        "ValueError: it is none.",
    ],
)
def test_such_a_turn_is_found(line: str):
    assert found_in(line, PHRASES) == [f"1: {line}"]


@pytest.mark.parametrize("line", ["names of ourselves", "whatever its name", "puts the right one", "there is none."])
def test_plain_turns_are_left_alone(line: str):
    assert found_in(line, PHRASES) == []
