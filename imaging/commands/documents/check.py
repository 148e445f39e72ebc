"""`imaging check --json`: the checklist of an instance."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from imaging.commands.documents.findings import FindingDocument, finding_document
from imaging.commands.documents.inspection import InspectionDocument
from imaging.commands.documents.instance import InstanceState
from models.cloud.instance import Instance
from models.findings import (
    Checklist,
    Readiness,
)


class CheckDocument(Document):
    """`imaging check`: a checklist."""

    version: Literal["imaging.check/1"] = Field(default="imaging.check/1", alias="schema")
    instance: InstanceState
    profile: str
    readiness: Readiness = Field(
        description="`blocked`: a finding of severity `block` fails that no step fixes; `not-inspected`: no inspection "
        "of the guest counts; `incomplete`: it left a rule of severity `block` unanswered; else `ready`."
    )
    not_inspected_because: str | None = Field(description="Why no inspection counts; null if one does.")
    inspection: InspectionDocument | None = Field(
        description="The last inspection of the guest, or the report that was brought; null: there was none."
    )
    findings: tuple[FindingDocument, ...]


def check_document(
    instance: Instance, checklist: Checklist, inspection: InspectionDocument | None = None
) -> CheckDocument:
    """A checklist, and the inspection of the guest that it rests on."""
    return CheckDocument(
        instance=InstanceState(id=instance.id, name=instance.name, status=instance.status),
        profile=checklist.profile,
        readiness=checklist.readiness,
        not_inspected_because=checklist.not_inspected_because,
        inspection=inspection,
        findings=tuple(finding_document(finding) for finding in checklist.findings),
    )
