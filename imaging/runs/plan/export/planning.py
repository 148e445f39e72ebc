"""Planning an export: the image is only read, and nothing is written yet."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from imaging.cloud.interface import Cloud
from imaging.files.part_file.hashing import is_computable
from imaging.files.target import TargetNames, free_bytes
from imaging.runs.ownership.images_and_servers import snapshot_ids
from imaging.runs.plan.export.judging import judge_export
from imaging.runs.plan.export.texts import export_steps, export_warnings
from imaging.runs.plan.export.wanted import WantedExport, refuse_wanted
from imaging.runtime.clock import Clock
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile
from models.image_file.image_format import ImageFormat
from models.image_file.launch_properties import launch_properties, left_properties
from models.run.export_plan import ExportPlan, ExportRefusal, Room
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.request import RunRequest

_DISKS: Final = frozenset(
    {ImageFormat.RAW, ImageFormat.QCOW2, ImageFormat.VMDK, ImageFormat.VDI, ImageFormat.VHD, ImageFormat.VHDX}
)
_BASE_SECONDS: Final = 15
_BYTES_PER_SECOND: Final = 50 * 2**20
"""Of a download: half of what a line of one Gbit/s carries."""
_CONVERTED_PER_SECOND: Final = 40 * 2**20
"""Of a conversion with compression, on two processors."""


async def plan_export(
    cloud: Cloud,
    clock: Clock,
    image_id: str,
    request: RunRequest,
    profile: Profile,
    *,
    wanted: WantedExport,
    guest: Fact[GuestFacts],
) -> Plan:
    """Plan an export.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        image_id: the image.
        request: brings the waiver and the confirmation.
        profile: the guidelines.
        wanted: the file.
        guest: what the last inspection of the image found.

    Raises:
        NotFoundError: there is no such image.
        UsageError: the file cannot be made where it is wanted.
    """
    await in_thread(refuse_wanted, wanted)
    image, login = await asyncio.gather(cloud.images.image(image_id), cloud.login())
    export = await in_thread(_export, image, wanted)
    plan = Plan(
        kind=RunKind.EXPORT,
        request=request.model_copy(update={"name": image.name, "test": False}),
        login=login,
        checklist=judge_export(image, guest, profile, clock.now(), request=request),
        image=image,
        export=export,
        guest=guest,
        estimated_seconds=estimated_seconds(export),
        made_at=clock.now(),
    )
    return plan.model_copy(
        update={"steps": export_steps(image, export), "warnings": export_warnings(plan, image, export)}
    )


def estimated_seconds(export: ExportPlan) -> int:
    """An order of magnitude, never a promise: the run tells its own rate."""
    seconds = _BASE_SECONDS + export.size_bytes / _BYTES_PER_SECOND
    if export.converts:
        seconds += max(export.size_bytes, export.disk_size_bytes or 0) / _CONVERTED_PER_SECOND
    return round(seconds)


def _export(image: Image, wanted: WantedExport) -> ExportPlan:
    names = wanted.names
    stored = _stored(image)
    kind = wanted.format or stored or ImageFormat.RAW
    converts = stored is not None and kind is not stored
    if wanted.work_dir is not None and stored is not None and not converts:
        raise UsageError(
            "--work-dir is of use only where the image is converted; it is downloaded beside the file otherwise.",
            meaning="Nothing was downloaded or changed.",
            remedy="Leave --work-dir out, or choose another --format.",
        )
    work_dir = str(wanted.work_dir.absolute()) if wanted.work_dir is not None else ""
    size_bytes = image.size_bytes or 0
    export = ExportPlan(
        path=str(names.path),
        format=kind,
        stored=stored or ImageFormat.RAW,
        work_dir=work_dir,
        size_bytes=size_bytes,
        disk_size_bytes=size_bytes if stored is ImageFormat.RAW else image.virtual_size_bytes,
        hash_algorithm=image.hash_algorithm if is_computable(image.hash_algorithm) else None,
        hash=image.content_hash if is_computable(image.hash_algorithm) else None,
        properties=tuple(launch_properties(image.properties)),
        left_properties=left_properties(image.properties),
        snapshots=snapshot_ids(image) if image.is_volume_backed else (),
    )
    export = export.model_copy(update={"rooms": _rooms(export, names)})
    return export.model_copy(update={"refusals": tuple(_refusals(image, stored, export))})


def _stored(image: Image) -> ImageFormat | None:
    """What the cloud says that it is; None of what is no disk, or nothing that is known here."""
    try:
        found = ImageFormat(image.disk_format or "")
    except ValueError:
        return None
    return found if found in _DISKS else None


def _refusals(image: Image, stored: ImageFormat | None, export: ExportPlan) -> Iterator[ExportRefusal]:
    if image.is_volume_backed:
        yield ExportRefusal.VOLUME_BACKED
    elif not image.size_bytes:
        yield ExportRefusal.EMPTY
    elif image.status != "active":
        yield ExportRefusal.NOT_ACTIVE
    elif image.container_format not in {None, "bare"}:
        yield ExportRefusal.PACKED
    elif stored is None:
        yield ExportRefusal.UNKNOWN_FORMAT
    else:
        yield from _refusals_of_this_machine(export)


def _refusals_of_this_machine(export: ExportPlan) -> Iterator[ExportRefusal]:
    # The holes of a raw disk take no room, so nobody knows beforehand; the others have none.
    if export.stored is not ImageFormat.RAW and any(export.short_of):
        yield ExportRefusal.NO_ROOM
    if export.converts and shutil.which("qemu-img") is None:
        yield ExportRefusal.NO_CONVERTER


def _rooms(export: ExportPlan, names: TargetNames) -> tuple[Room, ...]:
    """What is written where; the download and what is made of it lie side by side for a while."""
    beside = names.path.parent
    download = Path(export.work_dir) if export.work_dir else beside
    needed = {download: export.size_bytes}
    if export.converts:
        result = export.size_bytes if export.format is not ImageFormat.RAW else export.disk_size_bytes or 0
        needed[beside] = needed.get(beside, 0) + result
    return tuple(
        Room(folder=str(folder), needed_bytes=size, free_bytes=free_bytes(folder)) for folder, size in needed.items()
    )
