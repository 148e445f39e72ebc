"""The findings about an image file, as `--json` writes them."""

from __future__ import annotations

from imaging.commands.documents.conversion import finding_document, machine_name
from imaging.commands.documents.inspection import inspection_document
from imaging.commands.documents.models import FileDocument, InspectDocument
from imaging.guest.file_inspection import InspectedFile
from models.findings import Checklist


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
