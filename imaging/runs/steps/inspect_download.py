"""Inspect download: the finished file once more, by what is in it; and whether that may leave the cloud."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from imaging.files.formats import RefusedFileError, open_image_file
from imaging.files.part_file.state import read_state
from imaging.files.target import shown
from imaging.guest.file_inspection import InspectedFile, inspect_file
from imaging.guidelines.guest.questions import questions_for
from imaging.runs.core.aside import beside
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.plan.export.judging import judge_export
from imaging.runs.plan.export.refusals import gate_alone
from imaging.runs.plan.start_gate import checklist_obstacles, refusal
from imaging.runs.receiving.export_files import SHA256, ExportFiles
from imaging.runs.receiving.findings import keep_findings
from imaging.runs.receiving.progress import Progress
from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from models.errors import RunError
from models.fact import Fact, UnknownCode
from models.findings import Checklist, FindingClass, Source, class_of
from models.formatting import counted, size
from models.guest.facts import GuestFacts
from models.image_file.disk_facts import DiskFirmware
from models.image_file.file_facts import FileFacts
from models.image_file.header import FileHeader
from models.image_file.launch_properties import launch_properties
from models.image_file.refusal import Refusal, RefusalCode
from models.run.export_plan import ExportPlan
from models.run.exported_file import ExportedFile

_PIECE_BYTES: Final = 2**20


async def inspect_download(ctx: StepContext) -> StepResult:
    """Goal: what the file is stands in the journal, and nothing in it keeps it from leaving the cloud.

    Raises:
        RunError: it is not of the wanted format, or holds what needs a reason or a confirmation.
    """
    plan = ctx.run.plan
    files, export, image = ExportFiles.of(plan), plan.export, plan.image
    if export is None or image is None:
        raise RunError("There is no image to export.")
    if await in_thread(files.is_own, files.names.path, ctx.run.exported):
        return StepResult("the file is written already", skipped=True)
    found = _as_exported(await _inspected(ctx, files, export), files, image)
    checklist = judge_export(
        image, _guest(found, ctx), ctx.profile, ctx.clock.now(), request=plan.request, file=found.file
    )
    await in_thread(keep_findings, ctx.folder, checklist)
    exported = await _exported(ctx, files, export, found, checklist)
    if export.converts and (found.file.header.format is not export.format or not found.file.header.accepted):
        raise RunError(
            f"The converted file is not what was wanted: {found.file.header.format or 'nothing that is known'}.",
            meaning="The file has not got its name.",
            remedy="Try another --format, and tell which qemu-img this is: qemu-img --version.",
        )
    _refuse(files, checklist, ctx)
    await ctx.record(exported=exported)
    return StepResult(_note(exported, checklist))


async def _inspected(ctx: StepContext, files: ExportFiles, export: ExportPlan) -> InspectedFile:
    said = "reading the disk"

    def say(line: str) -> None:
        nonlocal said
        said = line.rstrip(".").lower()

    work = inspect_file(
        files.result, questions_for(ctx.profile), ctx.clock, say, declared=export.format, work_dir=files.part.parent
    )
    try:
        found = await beside(ctx, work, what="the inspection of the file", progress=lambda: said)
    except RefusedFileError as error:
        return _unusable(files, export, await in_thread(files.result.lstat), error.refusals)
    if found.file.wrappers:
        packed = Refusal(code=RefusalCode.HEADER_IN_RAW, detail=f"it is packed ({found.file.wrappers[0].value})")
        return _unusable(files, export, await in_thread(files.result.lstat), (packed,))
    return found


def _unusable(
    files: ExportFiles, export: ExportPlan, told: os.stat_result, refusals: tuple[Refusal, ...]
) -> InspectedFile:
    """What nothing can open: a blocker, and no reason to keep from the user what is theirs."""
    header = FileHeader(file_size_bytes=told.st_size, disk_size_bytes=told.st_size, refusals=refusals)
    file = FileFacts(path=str(files.names.path), file_size_bytes=told.st_size, declared=export.format, header=header)
    return InspectedFile(file, None, "the file must not be opened")


def _as_exported(found: InspectedFile, files: ExportFiles, image: Image) -> InspectedFile:
    """The same under the name that the file will have, with what goes along beside it."""
    told = {"path": str(files.names.path), "properties": launch_properties(image.properties)}
    return replace(found, file=found.file.model_copy(update=told))


def _guest(found: InspectedFile, ctx: StepContext) -> Fact[GuestFacts]:
    known = found.guest is not None
    return Fact[GuestFacts](
        value=found.guest,
        unknown_because=None if known else found.unread_because,
        unknown_code=None if known else UnknownCode.NOT_INSPECTED,
        source=Source.IMAGE_FILE,
        read_at=ctx.clock.now(),
    )


async def _exported(
    ctx: StepContext, files: ExportFiles, export: ExportPlan, found: InspectedFile, checklist: Checklist
) -> ExportedFile:
    header, disk = found.file.header, found.disk
    digest = await _sha256(ctx, files, found.file.file_size_bytes)
    told = await in_thread(files.result.lstat)
    return ExportedFile(
        format=export.format,  # what the cloud calls RAW stays RAW, even if a guest wrote another header
        size_bytes=told.st_size,
        disk_size_bytes=header.disk_size_bytes,
        sha256=digest,
        compared=export.is_verifiable,
        firmware=disk.firmware if disk is not None else DiskFirmware.UNKNOWN,
        architecture=disk.architecture if disk is not None else "",
        readiness=checklist.readiness,
        blockers=tuple(each.rule for each in checklist.findings if class_of(each) is FindingClass.BLOCKER),
        file_number=told.st_ino,
        modified_ns=told.st_mtime_ns,
    )


async def _sha256(ctx: StepContext, files: ExportFiles, whole_bytes: int) -> str:
    """Of the file: what was downloaded was hashed on its way, what was converted is read once more."""
    state = await in_thread(read_state, files.part)
    if not files.converts and state is not None and SHA256 in state.hashes:
        return state.hashes[SHA256]
    progress, done = Progress(whole_bytes, ctx.clock.monotonic), 0

    def tell(read: int) -> None:
        nonlocal done
        done = read

    return await beside(
        ctx,
        in_thread(_hash, files, tell),
        what="the hash of the file",
        progress=lambda: f"hashed {progress.words(done)}",
    )


def _hash(files: ExportFiles, tell: Callable[[int], None]) -> str:
    running, done = hashlib.sha256(), 0
    with open_image_file(files.result) as file:
        while piece := file.read(done, _PIECE_BYTES):
            running.update(piece)
            done += len(piece)
            tell(done)
        os.fsync(file.descriptor)
    return running.hexdigest()


def _refuse(files: ExportFiles, checklist: Checklist, ctx: StepContext) -> None:
    """Let the file pass, or say what it needs: more may have been found in it than was known when it was planned.

    Raises:
        RunError: naming the waiver or the confirmation.
    """
    error = refusal(checklist_obstacles(gate_alone(checklist), ctx.run.plan.request))
    if error is not None:
        raise RunError(
            error.what.removeprefix("The guidelines block this run: "),
            meaning=f"What was downloaded is kept as {shown(files.part)}; the same export continues with it.",
            remedy=error.remedy,
        )


def _note(exported: ExportedFile, checklist: Checklist) -> str:
    counts = {kind: sum(class_of(each) is kind for each in checklist.findings) for kind in FindingClass}
    blockers = counted(len(exported.blockers), "blocker") if exported.blockers else exported.readiness.words
    warnings = counts[FindingClass.WARNING]
    more = f", {counted(warnings, 'warning')}" if warnings else ""
    return f"{exported.format.in_words}, {size(exported.size_bytes)}, {blockers}{more}"
