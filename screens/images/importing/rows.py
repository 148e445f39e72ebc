"""What an import comes to, as rows: pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from models.findings import FindingClass, class_of
from models.formatting import about, size
from models.run.file_plan import FilePlan
from models.run.plan import Plan
from models.text import sentence
from screens.images.obstacle_rows import obstacle_rows
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.wizard.pages.content_rows import ContentRow


def import_rows(plan: Plan, file: FilePlan, tests: ContentRow, glyphs: Glyphs) -> Iterator[ContentRow]:
    """What has to be done first, then what is made of the file, and what is to be known of it."""
    yield from obstacle_rows(plan, glyphs)
    for waiver in plan.request.waivers:
        yield ContentRow(f"reason {waiver.rule}", f"Reason: {waiver.reason}", waiver.rule, glyphs.warn, Tone.WARN)
    if plan.request.uninspected:
        yield ContentRow("uninspected", f"Continues: {plan.request.uninspected}", "", glyphs.warn, Tone.WARN)
    yield _made(file)
    yield ContentRow(
        "properties",
        f"Properties: {', '.join(sorted(file.properties)) or 'none'}",
        names=tuple(f"{key}={value}" for key, value in sorted(file.properties.items())),
    )
    yield ContentRow("visibility", f"Visibility: {plan.request.visibility}")
    yield tests
    yield ContentRow("time", f"Takes {about(plan.estimated_seconds)}; a cut upload begins again")
    for finding in plan.checklist.findings if plan.checklist is not None else ():
        if class_of(finding) is FindingClass.WARNING:
            yield ContentRow(
                f"finding {finding.rule}",
                finding.title,
                finding.rule,
                glyphs.warn,
                Tone.WARN,
                names=(sentence(finding.evidence),),
            )
    for number, text in enumerate(plan.warnings):
        yield ContentRow(f"warning {number}", text, "", glyphs.warn, Tone.WARN)


def _made(file: FilePlan) -> ContentRow:
    kind = file.facts.header.format if file.facts is not None else None
    packed = any(each.is_compressed for each in file.facts.wrappers) if file.facts is not None else False
    doing = "sent as it is"
    if file.converts:
        doing = "unpacked" if kind is file.target and packed else f"converted from {kind.in_words if kind else '?'}"
    return ContentRow("made", f"Sent: {file.target.in_words}, {doing}", amount=size(file.sent_bytes))
