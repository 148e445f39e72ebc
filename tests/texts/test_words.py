"""No text that a user can see holds a word of the private dialect; `words.py` has the words and what is allowed."""

from __future__ import annotations

import pytest

from tests.gate.loading import REPOSITORY
from tests.texts.collecting import Text, texts, texts_of_code
from tests.texts.words import ALLOWED, WORDS, found_in

ENFORCED = (
    "screens", "tui", "imaging/commands", "imaging/guidelines", "imaging/cloud", "imaging/democloud", "imaging/files",
    "imaging/guest", "imaging/reports",
    "imaging/remedies", "imaging/runtime", "imaging/runs", "models", "README.md", "CHANGELOG.md", "docs",
)  # fmt: skip


@pytest.fixture(scope="module")
def all_texts() -> tuple[Text, ...]:
    return tuple(texts())


def area(text: Text) -> str | None:
    return next((each for each in ENFORCED if f"{text.path}/".startswith(f"{each}/")), None)


def test_every_text_is_in_an_area_that_is_read(all_texts):
    assert {text.path for text in all_texts if area(text) is None} <= {"imaging/__init__.py"}


@pytest.mark.parametrize("name", ENFORCED)
def test_an_area_says_things_in_the_words_of_the_field(all_texts, name):
    assert "\n".join(map(str, found_in(text for text in all_texts if area(text) == name))) == ""


def test_allowed_files_exist():
    assert all((REPOSITORY / name).is_file() for name in ALLOWED)


def test_every_area_has_texts(all_texts):
    assert {area(text) for text in all_texts} >= set(ENFORCED)


@pytest.mark.parametrize(
    "text, instead",
    [
        ("The run mends it.", "fix"),
        ("Put it right", "fix"),
        ("Your word is needed.", "confirm, confirmation"),
        ("The source is put back.", "restore"),
        ("a throw-away instance", "temporary"),
        ("Look inside", "inspect, inspection"),
        ("{…} files were found", "agree number and verb"),
    ],
)
def test_a_word_of_the_dialect_is_found(text, instead):
    assert [found.word.instead for found in found_in([Text("x.py:1", "text", text)])] == [instead]


def test_plain_words_are_left_alone():
    plain = ("The instance is restored.", "2 blockers · 1 to confirm", "Fix", "Inspect", "go back to the list")
    assert list(found_in(Text("x.py:1", "text", text) for text in plain)) == []


def test_texts_of_code_are_those_that_a_person_reads():
    code = '''
"""A docstring."""
KEY = Binding("a", "act", "Fix", tooltip="Let the console fix this")
def refuse(name):
    """Not shown."""
    log.debug("nobody sees this one")
    raise UsageError(f"{name} is locked.", remedy="Unlock it.")
@click.command(name="x")
def command():
    """What the help says."""
'''
    found = {(text.kind, text.text) for text in texts_of_code("x.py", code)}
    assert found == {
        ("key", "Fix"),
        ("key", "Let the console fix this"),
        ("error", "{…} is locked."),
        ("error", "Unlock it."),
        ("help", "What the help says."),
    }


def test_the_table_names_an_instead_for_every_word():
    assert all(word.instead for word in WORDS)
