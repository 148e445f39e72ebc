"""What changed between two images that follow each other, as lines for people; nothing is decided by them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from models.formatting import counted, size
from models.works.inventory import InstalledPackage, InventoryChange
from models.works.lineage import ImageSide, Succession

_MOST: Final = 20
"""Packages of a kind that are named."""


def change_lines(succession: Succession) -> Iterator[str]:
    """Size, verdicts and packages."""
    yield from side_lines(succession.older, succession.newer)
    yield from inventory_lines(succession.change)


def side_lines(older: ImageSide, newer: ImageSide) -> Iterator[str]:
    """Size and verdicts."""
    yield f"size: {_change(_size(older), _size(newer))}"
    for what, before, after in (
        ("test launch", older.verdict, newer.verdict),
        ("works", older.works, newer.works),
        ("seal", older.seal, newer.seal),
    ):
        if before or after:
            yield f"{what}: {_change(before or 'not noted', after or 'not noted')}"


def _change(before: str, after: str) -> str:
    return f"{after}, unchanged" if before == after else f"{before}, now {after}"


def inventory_lines(change: InventoryChange) -> Iterator[str]:
    """Packages that were added, removed or changed; what is unknown comes first."""
    if change.unknown_because:
        yield f"packages: unknown, for {change.unknown_because}"
    elif change.not_compared:
        named = ", ".join(change.not_compared)
        yield f"packages: not known whole on both, so there may be more: {named}"
    found = (change.added, change.removed, change.changed)
    if not change.unknown_because or any(found):
        counts = f"{len(change.added)} added, {len(change.removed)} removed, {len(change.changed)} changed"
        yield f"packages: {counts}"
    yield from _named("added", [_package(each) for each in change.added])
    yield from _named("removed", [_package(each) for each in change.removed])
    yield from _named("changed", [f"{each.name} {each.before} to {each.after}" for each in change.changed])


def _named(what: str, packages: Sequence[str]) -> Iterator[str]:
    yield from (f"  {what}: {each}" for each in packages[:_MOST])
    if len(packages) > _MOST:
        yield f"  {what}: {counted(len(packages) - _MOST, 'more package')}"


def _package(package: InstalledPackage) -> str:
    return f"{package.name} {package.version}".rstrip() + (f" in {package.place}" if package.place else "")


def _size(side: ImageSide) -> str:
    return size(side.size_bytes) if side.size_bytes is not None else "unknown"
