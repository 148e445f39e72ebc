"""The plan of an export as text: the file, what it is compared with, the room, and what goes along beside it."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.files.target import shown
from imaging.runs.plan.export.refusals import GATE
from models.cloud.image import Image
from models.findings import FindingClass, class_of
from models.formatting import about, counted, size
from models.run.export_plan import ExportPlan
from models.run.plan import Plan
from models.run.record import RunRecord
from models.text import cut

_NAMED = 12


def export_headline(plan: Plan, export: ExportPlan) -> str:
    """What an export does, in one sentence."""
    name = plan.image.name if plan.image else "an image"
    converted = f", convert it to {export.format.in_words}" if export.converts else ""
    doing = f"download {name} ({size(export.size_bytes)}){converted}"
    return f"This will {doing} and write {shown(export.path)}; this takes {about(plan.estimated_seconds)}."


def export_lines(plan: Plan, image: Image, export: ExportPlan) -> Iterator[str]:
    """What was decided, a line each."""
    disk = f", disk of {size(export.disk_size_bytes)}" if export.disk_size_bytes else ""
    yield f"Image: {image.name} ({image.id}), {export.stored.in_words}, {size(export.size_bytes)}{disk}"
    yield f"File: {shown(export.path)}, {export.format.in_words}"
    for room in export.rooms:
        yield f"Room: {room.folder} has {size(room.free_bytes)} free; {size(room.needed_bytes)} at most are needed"
    yield f"Compared with: {export.hash_algorithm.upper() if export.hash_algorithm else 'nothing, not verified'}"
    yield f"Login: {_login(plan)}"
    yield f"Goes along: {_names(export.properties)}"
    yield f"Stays here: {_names(export.left_properties)}"
    found = plan.checklist.findings if plan.checklist is not None else ()
    blockers = [each.rule for each in found if class_of(each) is FindingClass.BLOCKER and each.rule not in GATE]
    if blockers:
        yield f"Blockers in it: {', '.join(blockers)}"


def _login(plan: Plan) -> str:
    ends = plan.login.credential_expires_at or (None if plan.login.renewable else plan.login.token_expires_at)
    if ends is not None:
        return f"ends at {ends:%Y-%m-%d %H:%M %Z}"
    return "renewed by itself" if plan.login.renewable else "a token whose end is not known"


def _names(names: tuple[str, ...]) -> str:
    if not names:
        return "no properties"
    more = f" and {counted(len(names) - _NAMED, 'other')}" if len(names) > _NAMED else ""
    return f"{', '.join(cut(name, 60) for name in names[:_NAMED])}{more}"


def exported_lines(run: RunRecord) -> Iterator[str]:
    """The outcome of an export."""
    export, exported = run.plan.export, run.exported
    if export is None:
        return
    if exported is None:
        yield f"file      {shown(export.path)}: not written"
        return
    yield f"file      {shown(export.path)} ({exported.format.in_words}, {size(exported.size_bytes)})"
    yield f"sha256    {exported.sha256}"
    hashed = (export.hash_algorithm or "").upper() if exported.compared else ""
    yield f"compared  with the {hashed} of the cloud" if hashed else "compared  with nothing: not verified"
    blockers = f": {', '.join(exported.blockers)}" if exported.blockers else ""
    yield f"checklist {exported.readiness.words}{blockers}"
