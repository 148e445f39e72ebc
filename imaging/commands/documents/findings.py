"""The findings of the rules, as every document with a checklist has them."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from imaging.commands.documents.base import Document
from models.findings import (
    AskedFor,
    Finding,
    InspectionMethod,
    Outcome,
    Remedy,
    Severity,
    Source,
)
from models.remedy_action import ActionKind
from models.steps import StepName


class RemedyDocument(Document):
    """What fixes a finding."""

    text: str
    command: str | None = Field(default=None, description="The exact command, if there is one.")
    actions: tuple[ActionKind, ...] = Field(
        default=(), description="What the console can do about it after asking, the least invasive first."
    )


class FindingDocument(Document):
    """What one rule says."""

    rule: str
    chapter: str
    title: str
    outcome: Outcome
    severity: Severity
    evidence: str
    remedy: RemedyDocument | None
    fixed_by: StepName | None = Field(description="The step of `imaging create` that fixes it, if there is one.")
    asked_for: AskedFor | None = Field(description="Set where you must confirm something (`--attest`): by when.")
    source: Source | None
    read_at: datetime | None
    inspection: InspectionMethod | None = Field(
        description="How the guest was inspected that it rests on; null: it rests on no inspection."
    )


def finding_document(finding: Finding) -> FindingDocument:
    """One finding."""
    remedy = finding.remedy
    return FindingDocument(
        rule=finding.rule,
        chapter=finding.chapter,
        title=finding.title,
        outcome=finding.outcome,
        severity=finding.severity,
        evidence=finding.evidence,
        remedy=_remedy(remedy) if remedy else None,
        fixed_by=finding.fixed_by,
        asked_for=finding.asked_for,
        source=finding.source,
        read_at=finding.read_at,
        inspection=finding.inspection,
    )


def _remedy(remedy: Remedy) -> RemedyDocument:
    return RemedyDocument(
        text=remedy.text, command=remedy.command, actions=tuple(action.kind for action in remedy.actions)
    )
