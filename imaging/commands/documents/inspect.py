"""`imaging inspect --json`: the findings about a machine or an image file that no cloud was asked about."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from imaging.commands.documents.findings import FindingDocument, finding_document
from imaging.commands.documents.inspection import InspectionDocument, inspection_document
from imaging.guest.inspected_file import InspectedFile
from models.findings import (
    Checklist,
    Readiness,
)
from models.guest.facts import GuestFacts
from models.image_file.disk_facts import DiskFacts
from models.image_file.image_format import ImageFormat
from models.image_file.refusal import RefusalCode
from models.image_file.wrapper import Wrapper


class FileDocument(Document):
    """An image file: what it is, what it is packed in, and the disk in it."""

    path: str = Field(description="Of an image of the cloud its name.")
    image_id: str | None = Field(default=None, description="Of an image of the cloud; null of a file.")
    file_size_bytes: int
    wrappers: tuple[Wrapper, ...] = Field(description="What it is packed in, from the outermost inward.")
    format: ImageFormat | None = Field(description="By its content; null where nobody can say.")
    declared_format: ImageFormat | None
    disk_size_bytes: int
    refusals: tuple[RefusalCode, ...] = Field(description="Why it must not be opened.")
    unread_because: str | None = Field(description="Why no system could be read in it; null where one was read.")
    disk: DiskFacts | None


class InspectDocument(Document):
    """`imaging inspect`: the findings about a machine that no cloud was asked about."""

    version: Literal["imaging.inspect/1"] = Field(default="imaging.inspect/1", alias="schema")
    machine: str | None = Field(description="What it calls itself.")
    file: FileDocument | None = Field(
        default=None, description="The image file that was inspected; null for a machine."
    )
    inspection: InspectionDocument | None = Field(description="Null where no system could be read in a file.")
    profile: str
    readiness: Readiness = Field(
        description="As in the checklist; `blocked`, `incomplete`, `ready`, or `not-inspected` of a file."
    )
    findings: tuple[FindingDocument, ...]


def inspect_document(facts: GuestFacts, checklist: Checklist, notices: tuple[str, ...] = ()) -> InspectDocument:
    """The findings about a machine that no cloud was asked about."""
    return InspectDocument(
        machine=machine_name(facts),
        inspection=inspection_document(facts, notices),
        profile=checklist.profile,
        readiness=checklist.readiness,
        findings=tuple(finding_document(finding) for finding in checklist.findings),
    )


def machine_name(facts: GuestFacts) -> str | None:
    """What a machine calls itself."""
    return (facts.system.value.host_name or None) if facts.system.value is not None else None


def file_document(found: InspectedFile, checklist: Checklist) -> InspectDocument:
    """The findings about an image file."""
    file = found.file
    return InspectDocument(
        machine=machine_name(found.guest) if found.guest is not None else None,
        file=FileDocument(
            path=file.path,
            image_id=file.image_id or None,
            file_size_bytes=file.file_size_bytes,
            wrappers=file.wrappers,
            format=file.header.format,
            declared_format=file.declared,
            disk_size_bytes=file.header.disk_size_bytes,
            refusals=tuple(each.code for each in file.header.refusals),
            unread_because=found.unread_because or None,
            disk=found.disk,
        ),
        inspection=inspection_document(found.guest) if found.guest is not None else None,
        profile=checklist.profile,
        readiness=checklist.readiness,
        findings=tuple(finding_document(finding) for finding in checklist.findings),
    )
