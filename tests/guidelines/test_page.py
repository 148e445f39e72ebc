"""The page in `docs/guidelines.md` is whole, in its own words, and answered sentence by sentence."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from imaging.guidelines.catalogue import RULES
from imaging.guidelines.page import document, rules_for, sentences

ROOT = Path(__file__).parents[2]
ORIGINAL = (Path(__file__).parent / "imaging-guidelines.md").read_text("utf-8")
DOCUMENT = (ROOT / "docs" / "guidelines.md").read_text("utf-8")
SHOWN = re.findall(
    r"^> \*\*(?P<number>S\d+)\*\* (?P<text>.+)\n\n(?P<answer>(?:- .+\n)+|No rule: .+\n)", DOCUMENT, re.MULTILINE
)
"""Number, text and answer of every sentence, as the document has them."""


def words(page: str) -> list[str]:
    """The page's words with their markup, without bullets, fences and the frames of boxes."""
    lines = (line.strip() for line in page.splitlines())
    kept = (re.sub(r'^!!! \w+ "(.*)"$', r"\1", line) for line in lines if line != "```")
    return " ".join(re.sub(r"^(\*|#) ", "", line) for line in kept).split()


def test_the_document_has_every_word_of_the_page_in_its_order():
    assert " ".join(text for _, text, _ in SHOWN).split() == words(ORIGINAL)


def test_the_sentences_held_as_data_are_those_of_the_page():
    assert " ".join(sentence.text for sentence in sentences()).split() == words(ORIGINAL)


def test_the_sentences_are_numbered_without_gaps():
    assert [number for number, _, _ in SHOWN] == [f"S{place}" for place in range(1, len(SHOWN) + 1)]
    assert [sentence.number for sentence in sentences()] == [number for number, _, _ in SHOWN]


@pytest.mark.parametrize("number, text, answer", SHOWN, ids=[number for number, _, _ in SHOWN])
def test_every_sentence_has_a_rule_or_a_stated_reason(number, text, answer):
    if answer.startswith("No rule: "):
        assert len(answer.removeprefix("No rule: ").split()) > 1
        assert not rules_for(number)
    else:
        assert re.findall(r"^- `([A-Z0-9-]+)`", answer, re.MULTILINE) == [rule.id for rule in rules_for(number)]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_names_a_sentence_that_does_not_exist(rule):
    assert set(rule.sentences) <= {number for number, _, _ in SHOWN}


def test_a_sentence_with_rules_gives_no_reason_for_having_none():
    assert [each.number for each in sentences() if bool(each.reason) == bool(rules_for(each.number))] == []


def test_every_rule_is_in_the_document():
    assert {rule.id for rule in RULES} <= set(re.findall(r"`([A-Z0-9-]+)`", DOCUMENT))


def test_the_document_is_as_the_rules_write_it():
    assert document() == DOCUMENT
