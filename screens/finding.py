"""One finding, whole: what the guidelines ask, what was seen, and what to do."""

from __future__ import annotations

from textual.app import ComposeResult

from models.findings import Finding
from models.text import one_line
from screens.dialog import Dialog, Reading, paragraphs
from screens.wording import clock_time, finding_sign


class FindingScreen(Dialog[None]):
    """The details of one finding."""

    def __init__(self, finding: Finding) -> None:
        """Show this finding."""
        super().__init__()
        self._finding = finding

    @property
    def heading(self) -> str:
        """Rule and chapter."""
        return f"{one_line(self._finding.rule)} · {one_line(self._finding.chapter)}"

    def compose_body(self) -> ComposeResult:
        """The parts of the finding."""
        finding, sign = self._finding, finding_sign(self._finding, self.glyphs)
        remedy = finding.remedy
        mended = f"The step “{finding.mended_by.value}” of a run puts it right." if finding.mended_by else ""
        read = f", read at {clock_time(finding.read_at)}" if finding.read_at else ""
        yield Reading(
            paragraphs(
                (f"{sign} ({finding.severity.value})", finding.evidence),
                ("What to do", remedy.text if remedy else ""),
                ("Command", remedy.command or "" if remedy else ""),
                ("In a run", mended),
                ("Your word is wanted", finding.asked_for.value if finding.awaits_word and finding.asked_for else ""),
                ("From", f"{finding.source.value}{read}" if finding.source else ""),
                lead=finding.title,
            )
        )

    def on_mount(self) -> None:
        """Let the keys scroll."""
        self.query_one(Reading).focus()
