"""A passport as Markdown; its pictures are left out, for the tables beside them say the same."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.escaping import code_block, markdown
from imaging.reports.passport.sections.blocks import Block, Facts, Lines, Paragraph, Table
from imaging.reports.passport.sections.content import headline, sections
from models.run.passport import Passport


def as_markdown(passport: Passport, digest: str = "") -> str:
    """The whole text.

    Args:
        passport: what is written.
        digest: the SHA-256 of its JSON form; empty where that is not written beside it.
    """
    return "\n".join(_lines(passport, digest)) + "\n"


def _lines(passport: Passport, digest: str) -> Iterator[str]:
    yield f"# Passport of the image {markdown(passport.image.name)}"
    yield ""
    yield " · ".join(f"{name}: **{markdown(cell.text)}**" for name, cell in headline(passport))
    yield ""
    for section in sections(passport):
        yield f"## {markdown(section.title)}"
        yield ""
        for block in section.blocks:
            yield from _block(block)
    if digest:
        yield f"SHA-256 of the JSON form: `{digest}`"


def _block(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text=text):
            yield markdown(text)
            yield ""
        case Facts(rows=rows):
            yield from (f"- {markdown(name)}: {markdown(' '.join(cell.text.split()))}" for name, cell in rows)
            yield ""
        case Table():
            yield from _table(block)
        case Lines(caption=caption, lines=lines):
            yield f"{markdown(caption)}:"
            yield ""
            yield from code_block(lines)
            yield ""
        case _:
            return


def _table(table: Table) -> Iterator[str]:
    yield f"{markdown(table.caption)}:"
    yield ""
    yield f"| {' | '.join(markdown(column) for column in table.columns)} |"
    yield f"|{' --- |' * len(table.columns)}"
    for row in table.rows:
        yield f"| {' | '.join(markdown(cell.text) for cell in row)} |"
    yield ""
