"""What an export comes to, as rows: pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.runs.plan.export.refusals import GATE
from imaging.runs.plan.start_gate import obstacles
from models.findings import FindingClass, class_of
from models.formatting import about, counted, size
from models.run.export_plan import ExportPlan
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import ContentRow

_ADVICE = {ObstacleKind.BLOCKER: "w: give a reason", ObstacleKind.CONFIRMATION: "c: confirm it"}


def export_rows(plan: Plan | None, glyphs: Glyphs) -> Iterator[ContentRow]:
    """What has to be done first, then the file, and what is to be known of it; nothing before there is a plan."""
    if plan is None or plan.export is None:
        return
    export = plan.export
    for number, one in enumerate(obstacles(plan)):
        yield _obstacle(number, one, glyphs)
    yield from _answers(plan, glyphs)
    converted = f", converted from {export.stored.in_words}" if export.converts else ", as it is stored"
    yield ContentRow("format", f"Format: {export.format.in_words}{converted}", amount=size(export.size_bytes))
    for number, room in enumerate(export.rooms):
        short = not room.is_enough
        yield ContentRow(
            f"room {number}",
            f"{size(room.free_bytes)} free in {room.folder}",
            amount=f"{size(room.needed_bytes)} at most",
            sign=glyphs.warn if short else glyphs.good,
            tone=Tone.WARN if short else Tone.PLAIN,
        )
    yield _compared(export, glyphs)
    yield ContentRow(
        "beside",
        "Beside it: .json, .sha256 and .report.md",
        amount=f"{counted(len(export.properties), 'property', 'properties')} go along",
        names=(*export.properties, *(f"stays: {name}" for name in export.left_properties)),
    )
    yield ContentRow("time", f"Takes {about(plan.estimated_seconds)}; it continues where it was cut off")
    yield from _blockers(plan, glyphs)
    for number, text in enumerate(plan.warnings):
        yield ContentRow(f"warning {number}", text, sign=glyphs.warn, tone=Tone.WARN)


def _obstacle(number: int, one: Obstacle, glyphs: Glyphs) -> ContentRow:
    asked = one.kind is ObstacleKind.CONFIRMATION
    text = f"Please confirm: {one.title}. {one.text}" if asked else one.text
    return ContentRow(
        f"obstacle {number}",
        text,
        amount=_ADVICE.get(one.kind, ""),
        sign=glyphs.unknown if asked else glyphs.bad,
        tone=Tone.WARN if asked else Tone.BAD,
        names=(one.remedy,) if one.remedy and one.kind not in _ADVICE else (),
    )


def _answers(plan: Plan, glyphs: Glyphs) -> Iterator[ContentRow]:
    for waiver in plan.request.waivers:
        yield ContentRow("reason", f"Reason: {waiver.reason}", sign=glyphs.warn, tone=Tone.WARN)
    for attested in plan.request.attestations:
        yield ContentRow("confirmed", f"Confirmed: {attested.rule}", sign=glyphs.good)


def _compared(export: ExportPlan, glyphs: Glyphs) -> ContentRow:
    if export.hash_algorithm is None:
        return ContentRow("compared", "Not verified: the cloud tells no hash", sign=glyphs.warn, tone=Tone.WARN)
    return ContentRow("compared", f"Compared with the {export.hash_algorithm.upper()} of the cloud", sign=glyphs.good)


def _blockers(plan: Plan, glyphs: Glyphs) -> Iterator[ContentRow]:
    """What the reason has to cover, one by one."""
    for finding in plan.checklist.findings if plan.checklist is not None else ():
        if class_of(finding) is FindingClass.BLOCKER and finding.rule not in GATE:
            yield ContentRow(
                f"blocker {finding.rule}",
                finding.title,
                amount=finding.rule,
                sign=glyphs.bad,
                names=(finding.evidence,),
            )
