"""`imaging verdict --json`: what a saved console log says about a boot."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from models.verdict import Stage, Strength, Verdict, VerdictWord


class VerdictDocument(Document):
    """`imaging verdict`: what a saved console log says about a boot."""

    version: Literal["imaging.verdict/1"] = Field(default="imaging.verdict/1", alias="schema")
    verdict: VerdictWord
    strength: Strength | None
    stage: Stage | None = Field(description="How far the boot got.")
    reason: str
    evidence: tuple[str, ...] = Field(description="Console lines; the last ones of the log are always among them.")
    hints: tuple[str, ...]


def verdict_document(verdict: Verdict) -> VerdictDocument:
    """The verdict on a saved console log."""
    return VerdictDocument(
        verdict=verdict.word,
        strength=verdict.strength,
        stage=verdict.stage,
        reason=verdict.reason,
        evidence=verdict.evidence,
        hints=verdict.hints,
    )
