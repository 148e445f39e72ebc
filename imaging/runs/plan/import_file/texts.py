"""The steps of an import in words, with the commands by which one could do the same by hand."""

from __future__ import annotations

import shlex

from imaging.runs.plan.step_texts import after_image_steps, openstack
from models.formatting import size
from models.run.file_plan import FilePlan, SendingWay
from models.run.plan import Plan, PlannedStep
from models.steps import StepName

_SENT = {
    SendingWay.UPLOAD: "Make a private record and upload",
    SendingWay.STAGED: "Make a private record, upload and import",
    SendingWay.FETCHED: "Make a private record, and have the cloud fetch",
}


def import_steps(plan: Plan, file: FilePlan) -> tuple[PlannedStep, ...]:
    """Every step of an import, in order."""
    made = {
        each.step: each
        for each in (
            PlannedStep(step=StepName.CHECK, summary="Check all preconditions again."),
            _inspect(file),
            _convert(file),
            _upload(plan, file),
            PlannedStep(
                step=StepName.WAIT_FOR_ACTIVE,
                summary="Wait until the image is active.",
                commands=("openstack image show IMAGE",),
            ),
            _compare(file),
            *after_image_steps(plan),
        )
    }
    return tuple(made[name] for name in plan.kind.spec.steps if name in made)


def _inspect(file: FilePlan) -> PlannedStep:
    if file.identity is None or file.is_fetched:
        return PlannedStep(step=StepName.INSPECT_FILE, summary="The cloud fetches it; nothing lies here.", skipped=True)
    return PlannedStep(
        step=StepName.INSPECT_FILE,
        summary=f"See that {file.name} is still the file that was inspected, by its size, time and hash.",
        commands=(_command("sha256sum", file.path),),
    )


def _convert(file: FilePlan) -> PlannedStep:
    header = file.facts.header if file.facts is not None else None
    if not file.converts or header is None or header.format is None:
        return PlannedStep(step=StepName.CONVERT, summary=f"It is sent as it is: {file.target.in_words}.", skipped=True)
    packed = [each for each in file.facts.wrappers if each.is_compressed] if file.facts is not None else []
    doing = "Unpack it" if header.format is file.target else f"Convert it from {header.format.in_words}"
    unpacked = "unpacked, " if packed and header.format is not file.target else ""
    by_hand = _command("qemu-img", "convert", "-p", "-f", header.format.qemu_name, "-O", file.target.qemu_name)
    return PlannedStep(
        step=StepName.CONVERT,
        summary=f"{doing} to {file.target.in_words} ({unpacked}{size(file.sent_bytes)}, about "
        f"{size(file.scratch_bytes)} of it no holes) in {file.work_dir}; it is removed at the end.",
        commands=(f"{by_hand} {_quoted(file.path)} disk.{file.target.value}",),
    )


def _upload(plan: Plan, file: FilePlan) -> PlannedStep:
    properties = [word for key, value in file.properties.items() for word in ("--property", f"{key}={value}")]
    return PlannedStep(
        step=StepName.UPLOAD,
        summary=f"{_SENT[file.way]} {size(file.sent_bytes) if file.sent_bytes else 'it'}.",
        commands=(
            openstack(
                *("image create", "--private", "--container-format", "bare", "--disk-format", file.target.value),
                *("--min-disk", str(file.min_disk_gib), *properties),
                *("--file", f"disk.{file.target.value}" if file.converts else file.path, plan.request.name),
            ),
        ),
    )


def _compare(file: FilePlan) -> PlannedStep:
    what = "the hash that you gave" if file.promised_hash else "what was sent, by size, hash and format"
    return PlannedStep(
        step=StepName.COMPARE,
        summary=f"Compare the image with {what}; one that differs is deleted.",
        commands=("openstack image show IMAGE -c size -c os_hash_value -c disk_format",),
    )


def _command(*words: str) -> str:
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    return shlex.quote(word)
