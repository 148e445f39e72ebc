"""An export in words: its steps, as commands too, and what the user must know before."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from imaging.files.target import shown
from imaging.runs.plan.preflight import login_trouble
from imaging.runs.plan.step_texts import openstack
from models.cloud.image import Image
from models.formatting import counted, size
from models.image_file.image_format import ImageFormat
from models.image_file.launch_properties import boots_by_another_image
from models.run.export_plan import ExportPlan
from models.run.plan import Plan, PlannedStep
from models.steps import StepName
from models.text import cut


def export_steps(image: Image, export: ExportPlan) -> tuple[PlannedStep, ...]:
    """Every step of an export."""
    file, part = _quoted(export.path), _quoted(f"{export.path}.part")
    download = f"Download {size(export.size_bytes)} as {export.stored.in_words}; it continues where it was cut off."
    return (
        PlannedStep(
            step=StepName.CHECK,
            summary="See that the image is active and unchanged, and that nothing has the name of the file.",
            commands=(openstack("image show", image.id),),
        ),
        PlannedStep(
            step=StepName.DOWNLOAD, summary=download, commands=(f"openstack image save --file {part} {image.id}",)
        ),
        PlannedStep(
            step=StepName.COMPARE_DOWNLOAD,
            summary=_compare(export),
            commands=(f"{export.hash_algorithm}sum {part}",) if export.is_verifiable else (),
            skipped=not export.is_verifiable,
        ),
        _convert(export, part),
        PlannedStep(
            step=StepName.INSPECT_DOWNLOAD,
            summary="Inspect the file: its format, what must never be opened, and the checklist of the system in it.",
            commands=(f"imaging inspect {file}",),
        ),
        PlannedStep(
            step=StepName.WRITE_SIDECARS,
            summary=f"Write {_beside(export)} beside it, and give the file its name in one step.",
        ),
        PlannedStep(step=StepName.REPORT, summary="Write the report."),
    )


def _beside(export: ExportPlan) -> str:
    name = cut(shown(export.path.rpartition("/")[2]), 60)
    return f"{name}.json ({counted(len(export.properties), 'property', 'properties')}), .sha256 and .report.md"


def _compare(export: ExportPlan) -> str:
    if not export.is_verifiable:
        return "The cloud tells no hash that can be computed here: the download is not verified."
    return f"Compare it with the {(export.hash_algorithm or '').upper()} of the cloud; what differs is deleted."


def _convert(export: ExportPlan, part: str) -> PlannedStep:
    if not export.converts:
        text = f"It stays {export.format.in_words}, as it is stored."
        return PlannedStep(step=StepName.CONVERT_DOWNLOAD, summary=text, skipped=True)
    compressed = "-c " if export.compresses else ""
    line = f"qemu-img convert -f {export.stored.qemu_name} -O {export.format.qemu_name} {compressed}{part}"
    return PlannedStep(
        step=StepName.CONVERT_DOWNLOAD,
        summary=f"Convert it from {export.stored.in_words} to {export.format.in_words}"
        f"{', compressed (zlib)' if compressed else ''}.",
        commands=(f"{line} {_quoted(export.path)}",),
    )


def export_warnings(plan: Plan, image: Image, export: ExportPlan) -> tuple[str, ...]:
    """What the user must know before an export."""
    return tuple(_warnings(plan, image, export))


def _warnings(plan: Plan, image: Image, export: ExportPlan) -> Iterator[str]:
    if export.stored is ImageFormat.RAW:
        for room in export.short_of:
            yield (
                f"{room.folder} has {size(room.free_bytes)} free, and {size(room.needed_bytes)} may be needed. Zeros "
                "take no room, so it may suffice; the run waits for you before the last GiB is used."
            )
    if not export.is_verifiable:
        yield "Not verified: the cloud tells no hash of this image, so nothing shows that it arrives as it is stored."
    elif export.hash_algorithm == "md5":
        yield "The cloud tells an MD5 alone, which shows errors of the line, and nothing against a forger."
    if boots_by_another_image(image.properties):
        yield "The image starts by a kernel in another image (kernel_id): elsewhere it does not start by itself."
    trouble = login_trouble(plan.login, plan.made_at, plan.estimated_seconds)
    if trouble is not None:
        yield trouble


def _quoted(path: str) -> str:
    return shlex.quote(shown(path))
