"""The Markdown report of a run: its chapter of checks and tests, and no text of a stranger is markup in it."""

from __future__ import annotations

import itertools
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from imaging.runs.report.run_report import as_markdown
from models.works.outcome import Outcome
from tests.reports import samples

RENDERER = MarkdownIt("gfm-like", {"html": True, "linkify": True})


@cache
def hostile() -> list[Token]:
    return RENDERER.parse(as_markdown(samples.hostile()))


def headings(tokens: list[Token]) -> list[str]:
    return [after.content for token, after in itertools.pairwise(tokens) if token.type == "heading_open"]


def test_checks_stand_in_a_table_and_each_test_under_its_heading():
    text = as_markdown(samples.troubled())
    assert "- Works: **no**, in 2 boots" in text
    assert "- Failed: mounts, lab\\.sh" in text
    assert "| mounts | fail | yes | /data is not mounted · /data |" in text
    assert "| name-servers | unknown | no | nothing in the image can ask it |" in text
    assert "### Test lab\\.sh, boot 1: fail in 2 s" in text
    assert "```\nmade 1\nnot 2\n```" in text
    assert "- 3: skipped (no GPU)" in text.replace("\\", "")


def test_a_run_that_asked_nothing_has_no_such_chapter():
    assert "Checks and tests" not in as_markdown(samples.run(works=None))


def test_a_hostile_text_is_no_markup():
    inline = [child.type for token in hostile() for child in token.children or ()]
    allowed = {"text", "text_special", "strong_open", "strong_close", "code_inline", "softbreak"}
    assert set(inline) <= allowed
    kinds = {token.type for token in hostile()}
    assert not kinds & {"html_block", "code_block", "blockquote_open", "hr", "ordered_list_open"}


def test_no_pipeline_finds_a_command_in_it():
    assert samples.COMMAND.search(as_markdown(samples.hostile())) is None


def test_a_hostile_text_adds_no_heading_and_no_row():
    run = samples.hostile()
    assert run.works is not None
    tests, checks = len(run.works.tests), len(run.works.checks)
    assert len([each for each in headings(hostile()) if each.startswith("Test ")]) - 1 == tests  # and "Test launch"
    rows = [token for token in hostile() if token.type == "tr_open"]
    assert len(rows) == checks + len(run.steps) + 2
    assert checks == len(samples.HOSTILE) * len(Outcome)
