"""What keeps an export from beginning, and what to do about it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from imaging.guidelines.wording import command
from models.cloud.image import Image
from models.findings import Checklist
from models.formatting import size
from models.run.export_plan import ExportPlan, ExportRefusal
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan

GATE: Final = ("EXPORT", "EXPORT-LICENCES")
"""The rules that decide whether an image may leave; named here, for to load the rules takes long."""


def impossible(plan: Plan) -> Iterator[Obstacle]:
    """What no reason of the user's can help against."""
    if plan.image is None or plan.export is None:
        yield Obstacle(kind=ObstacleKind.IMPOSSIBLE, text="There is no image to export.")
        return
    for refusal in plan.export.refusals:
        text, remedy = _words(refusal, plan.image, plan.export)
        yield Obstacle(kind=ObstacleKind.IMPOSSIBLE, text=text, remedy=remedy)


def gate_alone(checklist: Checklist) -> Checklist:
    """The checklist with nothing but the rules that decide whether an image may leave the cloud.

    The others are reasons of theirs, told in them: one waiver covers all of it.
    """
    findings = tuple(each for each in checklist.findings if each.rule in GATE)
    return Checklist(profile=checklist.profile, findings=findings, inspected_by=checklist.inspected_by)


def _words(refusal: ExportRefusal, image: Image, export: ExportPlan) -> tuple[str, str]:
    """What is wrong, and what to do about it."""
    text, remedy = _TEXTS[refusal]
    told = {
        "status": image.status,
        "container": image.container_format or "",
        "format": image.disk_format or "not told",
        "rooms": _rooms(export),
        "save": command("openstack", "image", "save", "--file", "FILE", image.id),
        "by_volume": _by_volume(image, export) if refusal is ExportRefusal.VOLUME_BACKED else "",
    }
    return text.format_map(told), remedy.format_map(told)


_TEXTS: Final[Mapping[ExportRefusal, tuple[str, str]]] = {
    ExportRefusal.VOLUME_BACKED: (
        "The image has 0 bytes: it only names volume snapshots, which hold its data.",
        "Make an image with bytes of its snapshot: {by_volume}",
    ),
    ExportRefusal.EMPTY: ("The image has 0 bytes: there is nothing to export.", "Ask its owner for another one."),
    ExportRefusal.NOT_ACTIVE: (
        "The image is {status}: only an active one can be read.",
        "Wait until it is active, or ask its owner.",
    ),
    ExportRefusal.PACKED: (
        "The image is packed ({container}): its content is not a disk by itself.",
        "Download it as it is: {save}",
    ),
    ExportRefusal.UNKNOWN_FORMAT: (
        "The format of the image is {format}, which is not the format of a disk that is known here.",
        "Download it as it is: {save}",
    ),
    ExportRefusal.NO_ROOM: (
        "There is too little room: {rooms}.",
        "Make room, or name a FILE on another file system; --work-dir moves the download.",
    ),
    ExportRefusal.NO_CONVERTER: (
        "qemu-img is not installed, which converts images.",
        "Install it (apt install qemu-utils, or dnf install qemu-img), or leave --format out.",
    ),
}


def _rooms(export: ExportPlan) -> str:
    told = (
        f"{room.folder} has {size(room.free_bytes)} free, and {size(room.needed_bytes)} may be needed"
        for room in export.short_of
    )
    return "; ".join(told)


def _by_volume(image: Image, export: ExportPlan) -> str:
    """The way from a snapshot to an image with bytes, as commands in their order."""
    snapshots = export.snapshots
    snapshot = snapshots[0] if snapshots else "SNAPSHOT"
    plain = shlex.quote(f"{image.name}-whole")
    lines = (
        f"openstack volume create --snapshot {shlex.quote(snapshot)} imaging-export",
        f"openstack image create --volume imaging-export --disk-format raw {plain}",
        f"imaging export {plain} {shlex.quote(export.shown_path)}",
        "openstack volume delete imaging-export",
    )
    more = f" It names {len(snapshots)} snapshots: an image can hold the first one alone." if len(snapshots) > 1 else ""
    return f"{'; '.join(lines)}.{more}"
