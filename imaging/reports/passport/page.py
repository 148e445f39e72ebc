"""A passport as one page of HTML that runs no script and asks nothing of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree as ET  # only written here, nothing of a stranger is parsed

from imaging.reports.passport.elements import element, foreign, written
from imaging.reports.passport.pictures import sizes, timeline
from imaging.reports.passport.sections.blocks import (
    Block,
    Cell,
    Facts,
    Lines,
    Paragraph,
    Picture,
    PictureKind,
    Section,
    Table,
)
from imaging.reports.passport.sections.content import headline, sections
from imaging.reports.passport.style import POLICY, STYLE
from models.run.passport import Passport

_MANY_LINES = 30
"""More of them are folded away at first; a page that is printed shows what is unfolded."""


def as_page(passport: Passport, digest: str = "") -> str:
    """The whole page.

    Args:
        passport: what is written.
        digest: the SHA-256 of its JSON form; empty where that is not written beside it.
    """
    title = f"Passport of the image {passport.image.name}"
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", title),
        element("style", STYLE),
    )
    heading = element("h1", "Passport of the image ", foreign(passport.image.name))
    words = element("dl", *(_word(name, cell) for name, cell in headline(passport)), class_="words")
    main = element("main", heading, words, *(_section(each, passport) for each in sections(passport)))
    body = element("body", main, _footer(digest))
    return written(element("html", head, body, lang="en"))


def _word(name: str, cell: Cell) -> ET.Element:
    return element("div", element("dt", name), element("dd", cell.text, class_=cell.tone.value))


def _footer(digest: str) -> ET.Element:
    said = [element("p", "Written by the Imaging Console. This page runs no script and loads nothing.")]
    if digest:
        said.append(element("p", "SHA-256 of its JSON form, as it is noted on the image: ", element("code", digest)))
    return element("footer", *said)


def _section(section: Section, passport: Passport) -> ET.Element:
    blocks = [made for block in section.blocks for made in _block(block, passport)]
    return element("section", element("h2", section.title), *blocks)


def _block(block: Block, passport: Passport) -> Iterator[ET.Element]:
    match block:
        case Paragraph(text=text, tone=tone):
            yield element("p", foreign(text), **({"class_": tone.value} if tone.value else {}))
        case Facts(rows=rows):
            yield element("dl", *(made for row in rows for made in _fact(*row)), class_="facts")
        case Table():
            yield _wide(block.caption, _table(block))
        case Lines():
            yield _lines(block)
        case Picture(kind=kind):
            drawn = timeline(passport.run) if kind is PictureKind.TIMELINE else sizes(passport.sizes)
            if drawn is not None:
                yield _wide(f"Picture: {kind.value}", drawn)


def _fact(name: str, cell: Cell) -> tuple[ET.Element, ET.Element]:
    return element("dt", name), element("dd", _cell(cell))


def _cell(cell: Cell) -> ET.Element:
    made = foreign(cell.text)
    return element("span", made, class_=cell.tone.value) if cell.tone.value else made


def _table(table: Table) -> ET.Element:
    head = element("tr", *(element("th", column, scope="col") for column in table.columns))
    rows = (element("tr", *(element("td", _cell(cell)) for cell in row)) for row in table.rows)
    return element("table", element("caption", foreign(table.caption)), element("thead", head), element("tbody", *rows))


def _wide(name: str, content: ET.Element) -> ET.Element:
    """What may be wider than a narrow screen: it is scrolled by itself, with the keyboard as well."""
    return element("div", content, class_="wide", tabindex="0", role="region", aria_label=name)


def _lines(block: Lines) -> ET.Element:
    content = element("pre", "\n".join(block.lines))
    attributes = {"open": "open"} if len(block.lines) <= _MANY_LINES else {}
    return element("details", element("summary", foreign(block.caption)), content, **attributes)
