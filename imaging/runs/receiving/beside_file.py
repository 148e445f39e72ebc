"""What stands beside an exported file. It is made of the journal alone, so that a new runner writes the very same."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from imaging.files.target import TargetNames, sha256_line
from models.cloud.image import Image
from models.findings import Checklist, Finding, FindingClass, class_of
from models.formatting import counted, size
from models.image_file.exported import ExportedImage, FileDescription, StoredImage
from models.image_file.launch_properties import launch_properties
from models.run.export_plan import ExportPlan
from models.run.exported_file import ExportedFile
from models.run.plan import Plan

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|~&])")
_TOLD = (FindingClass.BLOCKER, FindingClass.WARNING)


def described(plan: Plan, image: Image, export: ExportPlan, exported: ExportedFile) -> ExportedImage:
    """The description of a file: what another cloud needs, and nothing of this one, its project or its owner."""
    return ExportedImage(
        name=image.name,
        description=image.description,
        min_disk_gib=image.min_disk_gib,
        min_ram_mib=image.min_ram_mib,
        properties=launch_properties(image.properties),
        firmware=exported.firmware,
        architecture=exported.architecture,
        file=FileDescription(
            name=Path(export.path).name,
            format=exported.format,
            size_bytes=exported.size_bytes,
            disk_size_bytes=exported.disk_size_bytes,
            sha256=exported.sha256,
        ),
        stored=StoredImage(
            format=image.disk_format or "",
            size_bytes=image.size_bytes or 0,
            hash_algorithm=export.hash_algorithm,
            hash=export.hash,
            compared=exported.compared,
        ),
        boot_verdict=image.noted_verdict,
        seal_verdict=image.noted_seal,
        readiness=exported.readiness,
        exported_at=plan.made_at,
    )


def texts_beside(
    plan: Plan, image: Image, export: ExportPlan, exported: ExportedFile, checklist: Checklist | None
) -> Mapping[Path, str]:
    """The small files beside a file, by their names."""
    names = TargetNames(Path(export.path))
    told = described(plan, image, export, exported)
    return {
        names.description: json.dumps(told.model_dump(mode="json"), indent=2, ensure_ascii=True) + "\n",
        names.checksum: sha256_line(exported.sha256, names.path.name),
        names.report: "\n".join(_report(told, checklist)) + "\n",
    }


def _report(told: ExportedImage, checklist: Checklist | None) -> Iterator[str]:
    """For people, and for strangers: rules by their titles, and no evidence, which may name people and paths."""
    yield f"# {_plain(told.name)}"
    yield ""
    if told.description:
        yield from (_plain(line) for line in told.description.splitlines())
        yield ""
    yield f"- File: {_plain(told.file.name)}, {told.file.format.in_words}, {size(told.file.size_bytes)}"
    yield f"- Disk: {size(told.file.disk_size_bytes)}"
    yield f"- SHA-256: `{told.file.sha256}`"
    yield f"- {_compared(told.stored)}"
    yield f"- Needs at least: {told.min_disk_gib} GiB of disk, {told.min_ram_mib} MiB of memory"
    yield f"- Starts by: {told.firmware.value or 'not known'}; processor: {_plain(told.architecture) or 'not known'}"
    yield f"- Test launch of the stored image: {_plain(told.boot_verdict or 'none is noted')}"
    yield f"- Seal of the stored image: {_plain(told.seal_verdict or 'none is noted')}"
    yield ""
    if told.properties:
        yield "## Properties that a launch needs"
        yield ""
        yield from (f"- `{key}`: {_plain(value)}" for key, value in told.properties.items())
        yield ""
    if checklist is not None:
        yield from _findings(checklist)


def _compared(stored: StoredImage) -> str:
    if not stored.compared:
        return "Not verified: the cloud told no hash that could be compared"
    return f"Compared with what was stored: {(stored.hash_algorithm or '').upper()} `{_plain(stored.hash or '')}`"


def _findings(checklist: Checklist) -> Iterator[str]:
    by_class: dict[FindingClass, list[Finding]] = {each: [] for each in _TOLD}
    for finding in checklist.findings:
        by_class.get(class_of(finding), []).append(finding)
    yield f"## Checklist of the file ({_plain(checklist.profile)}): {checklist.readiness.words}"
    yield ""
    for kind, findings in by_class.items():
        if findings:
            yield f"- {counted(len(findings), kind.value)}:"
            yield from (f"  - {_plain(each.title)} ({_plain(each.rule)})" for each in findings)
    unanswered = sum(class_of(each) is FindingClass.UNKNOWN for each in checklist.findings)
    if unanswered:
        yield f"- {counted(unanswered, 'rule')} that the file alone does not answer"


def _plain(text: object) -> str:
    return _MARKUP.sub(r"\\\1", str(text))
