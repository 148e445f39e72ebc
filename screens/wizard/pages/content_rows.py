"""What a seal takes away, or what a plain image will hold, as the rows of a page: pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from models.findings import Finding
from models.guidelines.facts import InstanceFacts
from models.run.request import Mode, RunRequest
from models.seal.plan import OperationId, SealOperation, SealPlan, TargetAction
from models.words.seal_table import INCLUDED, LOST, SealTableRow, free_space_line, seal_table, shown_operations
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import finding_sign
from screens.widgets.columns import Cell, Column
from screens.wizard.pages.inspecting import how_to_inspect

if TYPE_CHECKING:
    from imaging.guidelines.sealing.homes import Home

_AMOUNT_CELLS = len("1,234 files of people's own, 123 MiB")
COLUMNS = (Column("", 2), Column("", 30, grow=1), Column("", _AMOUNT_CELLS, right=True))
SAVED_ELSEWHERE = "DATA-SAVED"
"""The rule that asks before a seal whether what goes is kept somewhere."""
_BECOMES = {TargetAction.REMOVE: "goes", TargetAction.EMPTY: "emptied", TargetAction.RENEW: "as new"}
_ORDER = tuple(OperationId)


@dataclass(frozen=True)
class ContentRow:
    """One line of the page, with all that can be read of it."""

    key: str
    text: str
    amount: str = ""
    sign: str = ""
    tone: Tone = Tone.PLAIN
    reasons: str = ""
    names: tuple[str, ...] = ()
    home: Home | None = None
    """The home that the line is about."""
    kept_path: str = ""
    """The path that is kept and that the line is about."""
    rule: str = ""
    """The rule that asks the user something."""


@dataclass(frozen=True)
class Shown:
    """What the page shows."""

    heading: str
    rows: tuple[ContentRow, ...]


def content(
    facts: InstanceFacts,
    request: RunRequest,
    seal: SealPlan,
    homes: Sequence[Home],
    glyphs: Glyphs,
    *,
    asked: Finding | None = None,
    or_plain: bool = True,
) -> Shown:
    """The heading and the rows.

    Args:
        facts: of the instance; not inspected, they tell nothing of what is in it.
        request: what the user wants.
        seal: what a seal takes away, or would.
        homes: all homes.
        glyphs: the signs that the terminal can show.
        asked: what the user has to confirm before a seal.
        or_plain: whether a plain image could be made instead.
    """
    is_sealed = request.mode is Mode.SEALED
    rows = [*_refused(seal, glyphs, or_plain=or_plain)] if is_sealed else []
    if not shown_operations(seal, lost=is_sealed) and not rows:
        rows += [_unknown(facts, seal, glyphs)]
    if is_sealed and asked is not None and seal.operations:
        rows.append(_confirmation(asked, glyphs))
    rows += _operations(seal, homes, request, glyphs, lost=is_sealed)
    if is_sealed:
        rows += _kept(seal, request, glyphs)
        rows += [
            ContentRow(f"impossible {number}", text, sign=glyphs.warn, tone=Tone.WARN)
            for number, text in enumerate(seal.impossible)
        ]
        if seal.operations:
            rows.append(ContentRow("free space", free_space_line(seal), sign=glyphs.note, tone=Tone.QUIET))
    return Shown(LOST if is_sealed else INCLUDED, tuple(rows))


def cells(row: ContentRow) -> Sequence[Cell]:
    """One line."""
    sign = Cell(row.sign, row.tone)
    tone = Tone.QUIET if row.tone is Tone.QUIET else Tone.PLAIN
    if not row.amount:
        return sign, Cell(row.text, tone, span=2)
    return sign, Cell(row.text, tone), Cell(row.amount, Tone.QUIET)


def _refused(seal: SealPlan, glyphs: Glyphs, *, or_plain: bool) -> Iterator[ContentRow]:
    instead = " Or choose plain on the Name page." if or_plain else ""
    for number, why in enumerate(seal.refusals):
        text = f"No sealed image can be made: {why}{instead}"
        yield ContentRow(f"refused {number}", text, sign=glyphs.bad, tone=Tone.BAD)


def _unknown(facts: InstanceFacts, seal: SealPlan, glyphs: Glyphs) -> ContentRow:
    """What is said where no inspection tells what lies on the disk."""
    source = facts.instance.value
    if facts.guest.known:
        text = " ".join(seal.refusals) or "There is nothing that a seal would remove."
    else:
        text = f"Nobody has inspected it. {how_to_inspect(source) if source is not None else ''}".rstrip()
    return ContentRow("unknown", text, sign=glyphs.unknown, tone=Tone.WARN)


def _confirmation(asked: Finding, glyphs: Glyphs) -> ContentRow:
    sign = finding_sign(asked, glyphs)
    lead = "Please confirm: " if asked.awaits_confirmation else "Confirmed: "
    return ContentRow(
        "confirmation",
        f"{lead}{asked.title}",
        sign=sign.glyph,
        tone=sign.tone,
        names=(asked.evidence,),
        rule=asked.rule,
    )


def _operations(
    seal: SealPlan, homes: Sequence[Home], request: RunRequest, glyphs: Glyphs, *, lost: bool
) -> Iterator[ContentRow]:
    """The operations in their order; below that of the homes each of them, also those that are kept."""
    home_rows = [*_homes(seal, homes, request, glyphs)] if lost and seal.operations else []
    for operation, row in zip(shown_operations(seal, lost=lost), seal_table(seal, lost=lost), strict=True):
        is_after_homes = _ORDER.index(operation.id) > _ORDER.index(OperationId.HOMES)
        if is_after_homes and home_rows:
            yield from home_rows
            home_rows = []
        yield _operation(operation, row)
    yield from home_rows


def _operation(operation: SealOperation, row: SealTableRow) -> ContentRow:
    return ContentRow(
        f"operation {operation.id.value}", row.title, amount=row.amount, reasons=row.reasons, names=row.names
    )


def _homes(seal: SealPlan, homes: Sequence[Home], request: RunRequest, glyphs: Glyphs) -> Iterator[ContentRow]:
    found = seal.operation(OperationId.HOMES)
    becomes = {target.name: _BECOMES.get(target.action, "") for target in found.targets} if found is not None else {}
    for home in homes:
        whose = f" of {home.owner}" if home.owner and not home.path.endswith(f"/{home.owner}") else ""
        row = ContentRow(f"home {home.path}", f"  {home.path}{whose}: {becomes.get(home.path, 'stays')}", home=home)
        row = replace(row, amount=home.amount, tone=Tone.QUIET)
        if is_kept(home, request):
            what = "kept, without keys and histories" if home.owner else "kept"
            row = replace(row, text=f"  {home.path}{whose}: {what}", sign=glyphs.waived, tone=Tone.WARN)
        yield row


def is_kept(home: Home, request: RunRequest) -> bool:
    """Whether the user wants to keep a home."""
    return home.owner in request.keep_homes if home.owner else home.path in request.keep_paths


def _kept(seal: SealPlan, request: RunRequest, glyphs: Glyphs) -> Iterator[ContentRow]:
    """The paths that are kept; homes stand among the homes."""
    reasons = {each.path: each.why for each in seal.kept}
    for path in request.keep_paths:
        why = reasons.get(path.rstrip("/"), "")
        text = f"Kept: {path}{f' ({why})' if why else ''}"
        yield ContentRow(f"kept {path}", text, sign=glyphs.waived, tone=Tone.WARN, kept_path=path)
