"""Plans the import of an inspected file; changes nothing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from imaging.cloud.image_to_launch import quota_if_told
from imaging.cloud.interface import Cloud
from imaging.guest.inspected_file import InspectedFile
from imaging.guidelines.checklist import judge
from imaging.guidelines.machine import facts_of_file
from imaging.runs.plan.import_file.costs import (
    Rate,
    cost_warnings,
    preparing_seconds,
    refusals,
    unfit_work_dir,
    upload_seconds,
)
from imaging.runs.plan.import_file.properties import image_properties, other_architecture
from imaging.runs.plan.import_file.target import expected_bytes, gibibytes, must_convert, target_format
from imaging.runs.plan.import_file.texts import import_steps
from imaging.runs.plan.launch_choice import plan_test_launch
from imaging.runs.plan.warnings import image_warnings, likely_to_follow
from imaging.runtime.clock import Clock
from models.cloud.image import Image
from models.cloud.image_bytes import UploadWays
from models.cloud.quota import Quota
from models.errors import ImagingError, UsageError
from models.fact import Fact
from models.findings import Checklist, Finding, Outcome, Severity
from models.guidelines.profile import Profile
from models.image_file.exported import ExportedImage
from models.image_file.identity import FileIdentity
from models.run.file_plan import FilePlan, SendingWay
from models.run.kind import RunKind
from models.run.plan import Plan, TestLaunchPlan
from models.run.request import RunRequest
from models.steps import StepName

_BASE_SECONDS = 20
_TEST_SECONDS = 300
"""The boot of a test instance, and its checks over two boots."""
_CONVERTED = frozenset({"FMT-RAW-UPLOAD"})
"""The rules whose findings the conversion fixes."""
_FIRMWARE, _FIRMWARE_PROPERTY = "BOOT-FIRMWARE", "hw_firmware_type"
"""The rule that warns of a disk whose image does not say that only UEFI starts it, and what says it."""


@dataclass(frozen=True)
class FileToImport:
    """A file that was inspected whole, and where it lies."""

    path: Path
    name: str
    """For people."""
    work_dir: Path
    identity: FileIdentity
    found: InspectedFile
    way: SendingWay = SendingWay.UPLOAD
    promised_hash: str = ""
    """Of the image, where the cloud fetches it."""
    url: str = ""
    """The same."""
    proposed: ExportedImage | None = None
    """What stands beside it, where this program has exported exactly these bytes."""


@dataclass(frozen=True)
class _Asked:
    """What a cloud was asked for the plan."""

    ways: UploadWays | None
    quota: Quota | None
    images: tuple[Image, ...]


async def plan_import(
    cloud: Cloud,
    clock: Clock,
    wanted: FileToImport,
    request: RunRequest,
    profile: Profile,
    *,
    rate: Rate,
    never: tuple[Path, ...] = (),
) -> Plan:
    """Plan the import of a file.

    Args:
        cloud: the cloud.
        clock: for the time of the plan.
        wanted: the file, inspected.
        request: what the user wants the image to be.
        profile: the guidelines.
        rate: how quickly bytes get into this cloud.
        never: directories that no conversion is kept in: they are small, in memory, or the program's own.

    Raises:
        UsageError: the request names a flavor or network that does not exist.
    """
    asked, login = await asyncio.gather(_ask(cloud), cloud.login())
    file = _file_plan(wanted, profile, asked, rate)
    file = file.model_copy(update={"refusals": (*unfit_work_dir(file, never), *file.refusals)})
    checklist = _checklist(wanted.found, asked, request, profile, clock, file=file)
    test = await _test(cloud, file, request, profile, asked.quota) if request.test else None
    estimate = _BASE_SECONDS + preparing_seconds(file) + file.upload_seconds + (_TEST_SECONDS if request.test else 0)
    plan = Plan(
        kind=RunKind.IMPORT,
        request=request,
        login=login,
        checklist=checklist,
        file=file,
        test=test,
        estimated_seconds=estimate,
        made_at=clock.now(),
    )
    other = other_architecture(wanted.found, asked.images)
    warnings = (
        *((other,) if other else ()),
        *cost_warnings(file, asked.ways, rate),
        *image_warnings(plan, clock.now()),
        *likely_to_follow(plan, asked.images),
    )
    return plan.model_copy(update={"steps": import_steps(plan, file), "warnings": warnings})


async def _ask(cloud: Cloud) -> _Asked:
    ways, quota, images = await asyncio.gather(ways_in(cloud), quota_if_told(cloud), _images(cloud))
    return _Asked(ways, quota, images)


async def ways_in(cloud: Cloud) -> UploadWays | None:
    """What a cloud tells about the ways into it; None where it does not answer."""
    try:
        return await cloud.image_bytes.ways_in()
    except ImagingError:
        return None  # nothing rests on it: the upload itself says what is not possible


async def _images(cloud: Cloud) -> tuple[Image, ...]:
    try:
        return tuple([image async for page in cloud.images.images() for image in page])
    except ImagingError:
        return ()


def _file_plan(wanted: FileToImport, profile: Profile, asked: _Asked, rate: Rate) -> FilePlan:
    facts = wanted.found.file
    header = facts.header
    target = target_format(header, profile)
    converts = must_convert(facts, target)
    sent_bytes = header.disk_size_bytes if header.format is not target else header.file_size_bytes
    file = FilePlan(
        path=str(wanted.path),
        name=wanted.name,
        work_dir=str(wanted.work_dir),
        identity=wanted.identity,
        facts=facts,
        target=target,
        converts=converts,
        sent_bytes=sent_bytes,
        scratch_bytes=expected_bytes(wanted.found) if converts else 0,
        min_disk_gib=max(gibibytes(header.disk_size_bytes), wanted.proposed.min_disk_gib if wanted.proposed else 0),
        properties=image_properties(wanted.found, profile),
        way=wanted.way,
        promised_hash=wanted.promised_hash,
        url=wanted.url,
    )
    file = file.model_copy(update={"upload_seconds": upload_seconds(file, rate)})
    return file.model_copy(update={"refusals": refusals(file, asked.ways, asked.quota)})


def _checklist(
    found: InspectedFile, asked: _Asked, request: RunRequest, profile: Profile, clock: Clock, *, file: FilePlan
) -> Checklist:
    """All rules that a file can answer, and those about the name and the description of its image."""
    facts = facts_of_file(found.file, found.guest, clock.now(), unread_because=found.unread_because)
    told: dict[str, Any] = {"request": request, "images": Fact[tuple[Image, ...]](value=asked.images)}
    if asked.quota is not None:
        told["quota"] = Fact[Quota](value=asked.quota)
    judged = judge(facts.model_copy(update=told), profile)
    return judged.model_copy(update={"findings": tuple(_fixed(each, file) for each in judged.findings)})


def _fixed(finding: Finding, file: FilePlan) -> Finding:
    """What the run fixes does not keep it from starting: it converts, joins parts, and asks for the firmware."""
    if finding.outcome is not Outcome.FAIL:
        return finding
    if finding.rule in _CONVERTED:
        return finding.model_copy(update={"fixed_by": StepName.CONVERT if file.converts else StepName.UPLOAD})
    asks = finding.rule == _FIRMWARE and finding.severity is Severity.WARN and _FIRMWARE_PROPERTY in file.properties
    return finding.model_copy(update={"fixed_by": StepName.UPLOAD}) if asks else finding


async def _test(
    cloud: Cloud, file: FilePlan, request: RunRequest, profile: Profile, quota: Quota | None
) -> TestLaunchPlan:
    """Where the image would be launched; where the cloud does not answer, why there is none."""
    image = Image(
        id="",
        name=request.name,
        status="queued",
        size_bytes=file.sent_bytes,
        min_disk_gib=file.min_disk_gib,
        min_ram_mib=request.min_ram_mib or 0,
        properties=dict(file.properties),
    )
    try:
        return await plan_test_launch(cloud, image, source_id=None, request=request, profile=profile, quota=quota)
    except UsageError:
        raise
    except ImagingError as error:
        return TestLaunchPlan(refused_because=error.what)
