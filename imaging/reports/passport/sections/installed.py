"""The section of what is installed. What is not known is said to be unknown, never to be the same as in the base."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from imaging.reports.passport.sections.blocks import Block, Cell, Paragraph, Section, Table, Tone
from models.formatting import counted, second, size
from models.run.passport import Passport
from models.works.inventory import InstalledPackage, Inventory, InventoryChange, PlacedDirectory

MOST_ROWS = 1_000
"""Of one table; the JSON form has all."""


def installed_section(passport: Passport) -> Section:
    """The section."""
    inventory = passport.installed
    blocks: list[Block] = [*_counts(inventory), *_change(passport.change)]
    blocks += _directories(inventory.directories if inventory is not None else None)
    return Section("What is installed", tuple(blocks))


def _counts(inventory: Inventory | None) -> Iterator[Block]:
    if inventory is None or inventory.packages is None:
        yield Paragraph("Which packages are installed is unknown.", Tone.DOUBT)
    else:
        counts = Counter(package.manager.value for package in inventory.packages)
        told = ", ".join(f"{number} of {manager}" for manager, number in counts.items())
        read = f", read from {inventory.read_from}" if inventory.read_from else ""
        when = f" on {second(inventory.read_at)}" if inventory.read_at else ""
        yield Paragraph(f"{counted(len(inventory.packages), 'package')}{f': {told}' if told else ''}{read}{when}.")
        if inventory.incomplete:
            of = ", ".join(manager.value for manager in inventory.incomplete)
            yield Paragraph(f"Not all of these are known: {of}.", Tone.DOUBT)
    for each in inventory.unread if inventory is not None else ():
        yield Paragraph(f"Unknown: {each}", Tone.DOUBT)


def _change(change: InventoryChange | None) -> Iterator[Block]:
    if change is None:
        yield Paragraph("What is installed beyond its base is unknown: the two were not compared.", Tone.DOUBT)
        return
    base = change.base_name or change.base_id or "its base"
    if change.unknown_because:
        yield Paragraph(f"What is installed beyond {base} is unknown: {change.unknown_because}.", Tone.DOUBT)
    if change.not_compared:
        of = ", ".join(manager.value for manager in change.not_compared)
        yield Paragraph(f"Not compared as a whole, so that more may differ: {of}.", Tone.DOUBT)
    elif not change.unknown_because and not (change.added or change.removed or change.changed):
        yield Paragraph(f"Every package is as in {base}.")
    yield from _packages(f"Added to {base}", change.added)
    yield from _packages(f"Removed from {base}", change.removed)
    if change.changed:
        rows = [
            (Cell(each.manager.value), Cell(_placed(each.name, each.place)), Cell(each.before), Cell(each.after))
            for each in change.changed
        ]
        yield from _table(f"Other versions than in {base}", ("manager", "package", "there", "here"), rows)


def _packages(caption: str, packages: Sequence[InstalledPackage]) -> Iterator[Block]:
    rows = [(Cell(each.manager.value), Cell(_placed(each.name, each.place)), Cell(each.version)) for each in packages]
    if rows:
        yield from _table(caption, ("manager", "package", "version"), rows)


def _placed(name: str, place: str) -> str:
    return f"{name} in {place}" if place else name


def _table(caption: str, columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]]) -> Iterator[Block]:
    yield Table(f"{caption}: {counted(len(rows), 'package')}", columns, tuple(rows[:MOST_ROWS]))
    if len(rows) > MOST_ROWS:
        yield Paragraph(f"And {counted(len(rows) - MOST_ROWS, 'package')} more, in the JSON form of this passport.")


def _directories(directories: tuple[PlacedDirectory, ...] | None) -> Iterator[Block]:
    if directories is None:
        yield Paragraph("What lies in /opt and /usr/local is unknown.", Tone.DOUBT)
    elif not directories:
        yield Paragraph("Nothing lies in /opt and /usr/local.")
    else:
        rows = [
            (Cell(each.path), Cell(size(each.size_bytes)), Cell("?" if each.files is None else str(each.files)))
            for each in directories
        ]
        yield Table("In /opt and /usr/local", ("path", "size", "files"), tuple(rows[:MOST_ROWS]))
