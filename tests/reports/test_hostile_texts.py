"""A cloud, a guest or a colleague may call a thing anything: no format takes it for markup, no pipeline obeys it."""

from __future__ import annotations

import re
from functools import cache

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imaging.reports.escaping import markdown, sarif, tap, xml_text
from imaging.reports.formats import ReportFormat, written
from imaging.reports.gathering import report_of_run
from imaging.reports.passport.elements import element
from imaging.reports.passport.elements import written as written_page
from models.text import one_line
from tests.reports import samples

RENDERER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
ANY_TEXT = st.one_of(st.text(max_size=60), st.text(alphabet="\\`*_{}[]<>()#+-.!|~&:@$=^ 1aw/", max_size=20))


def shown(markdown_text: str) -> str:
    """What a reader of the Markdown sees, and that nothing but text is in it."""
    tokens = RENDERER.parseInline(markdown_text)
    children = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in children} <= {"text", "text_special"}, [child.type for child in children]
    return "".join(child.content for child in children)


@cache
def report(format_: ReportFormat) -> str:
    return written(report_of_run(samples.hostile()), format_)


@pytest.mark.parametrize("format_", ReportFormat)
def test_no_pipeline_finds_a_command_in_a_report(format_: ReportFormat):
    assert samples.COMMAND.search(report(format_)) is None


@pytest.mark.parametrize("format_", ReportFormat)
def test_no_control_code_and_no_mark_that_turns_the_writing_direction_is_in_a_report(format_: ReportFormat):
    text = report(format_)
    assert re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\ufffe\ud800-\udfff]", text) is None


@given(ANY_TEXT)
@example("www.example.org")
@example("A.AL")
@example("debian-12.org")
@example("a.1b.\N{GREEK SMALL LETTER EPSILON}\N{GREEK SMALL LETTER LAMDA}")
@example("12. a")
@example("a@b.org")
@example("https://b.org")
def test_markdown_shows_exactly_the_text(text: str):
    line = one_line(text)
    assert shown(markdown(text)).strip() == line.strip()


@given(ANY_TEXT)
def test_markdown_begins_no_list_quote_heading_or_table(text: str):
    kinds = {token.type for token in RENDERER.parse(f"- x {markdown(text)}\n\n{markdown(text.strip() or 'x')}\n")}
    allowed = {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
    assert kinds <= allowed | {"paragraph_open", "paragraph_close", "inline"}


@given(st.text(max_size=60))
def test_a_text_fits_into_xml(text: str):
    from lxml import etree

    element = etree.Element("a")
    element.text = xml_text(text)  # raises for what XML cannot hold
    assert etree.fromstring(etree.tostring(element)).text in {element.text, None}


@given(ANY_TEXT)
def test_a_line_of_tap_holds_no_directive_of_a_stranger(text: str):
    assert "#" not in tap(text)
    assert "\n" not in tap(text)


def test_a_message_of_sarif_holds_no_link_and_no_placeholder():
    assert sarif("[click](javascript:1)") == "\\[click\\](javascript:1)"
    assert sarif("{0} of {1}") == "{{0}} of {{1}}"
    assert sarif("plain [text] and {braces}") == "plain [text] and {braces}"


@given(ANY_TEXT)
@example("a | b || c")
@example("\\|")
def test_a_cell_of_a_table_holds_exactly_the_text(text: str):
    tokens = RENDERER.parse(f"| a | b |\n| --- | --- |\n| {markdown(text)} | x |\n")
    cells = [token.content for token in tokens if token.type == "inline"]
    assert len(cells) == 4
    assert shown(cells[2]).strip() == one_line(text).strip()
    assert cells[3] == "x"


def test_an_element_holds_no_character_that_a_page_cannot():
    assert written_page(element("p", "a\x00<b>", class_='"\x01>')) == (
        '<!DOCTYPE html>\n<p class="&quot;\N{REPLACEMENT CHARACTER}&gt;">a\N{REPLACEMENT CHARACTER}&lt;b&gt;</p>\n'
    )
