"""The verdict of a test launch: a pure function of the console's text. The last stage that it reached decides."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imaging.runs.console_marks import DATASOURCE, HINTS, STAGES, TERMINAL
from imaging.runs.marker import MarkerReport, find_marker
from models.text import many_lines, one_line
from models.verdict import Stage, Strength, Verdict, VerdictWord

_EVIDENCE_LINES = 8
_EVIDENCE_WIDTH = 200
_LAST_STAGES = frozenset({Stage.LOGIN, Stage.CLOUD_INIT, Stage.MARKER})
"""The stages that make an earlier terminal text a thing of the past."""
_ORDER = tuple(Stage)
_SPENT_COLOURS = re.compile(r"\[(?:\d{1,3}(?:;\d{1,3})*)?[mK]")
"""What is left of colour codes after Nova has taken out the escape character before them."""


@dataclass
class ConsoleReading:
    """What a console log shows so far."""

    stage: Stage = Stage.SILENT
    """The last stage that was reached, since the last restart that the log shows."""
    terminal: str | None = None
    """Why it ended, when the log stands at a text after which nothing more comes."""
    marker: MarkerReport | None = None
    """What our user data printed."""
    datasource: str | None = None
    """Where cloud-init says that its data came from, once it has finished."""
    evidence: tuple[str, ...] = ()
    """The telling lines, cleaned, the deciding one last."""
    hints: list[str] = field(default_factory=list)

    @property
    def is_decided(self) -> bool:
        """Whether nothing that may still come could make the verdict better."""
        return self.terminal is None and self._best() in {Strength.STRONG, Strength.GOOD}

    @property
    def may_be_over(self) -> bool:
        """Whether the log stands where a boot ends, well or badly: a short silence is enough to decide."""
        return self.terminal is not None or self.stage in _LAST_STAGES

    def _best(self) -> Strength | None:
        if self.marker is not None and self.marker.status == 0:
            return Strength.STRONG
        if self.stage in {Stage.CLOUD_INIT, Stage.MARKER} and self._has_real_datasource():
            return Strength.GOOD
        return Strength.BASIC if self.stage in _LAST_STAGES else None

    def _has_real_datasource(self) -> bool:
        return self.datasource is not None and self.datasource != "DataSourceNone"

    def verdict(self) -> Verdict:
        """The verdict if nothing more comes."""
        strength = None if self.terminal else self._best()
        return Verdict(
            word=self._word(strength),
            strength=strength,
            stage=self.stage,
            reason=self._reason(strength),
            evidence=self.evidence,
            hints=tuple(dict.fromkeys([*self.hints, *(self.marker.hints if self.marker else ())])),
            has_address=self.marker.has_address if self.marker else None,
            has_default_route=self.marker.has_default_route if self.marker else None,
            has_own_machine_id=self.marker.has_own_machine_id if self.marker else None,
        )

    def _word(self, strength: Strength | None) -> VerdictWord:
        if self.terminal:
            return VerdictWord.FAILED
        return VerdictWord.BOOTED if strength else VerdictWord.INCONCLUSIVE

    def _reason(self, strength: Strength | None) -> str:
        if self.terminal:
            return f"The test instance did not come up: {self.terminal}."
        if strength is Strength.STRONG:
            return "Our own marker was printed by the test instance, with status 0."
        if strength is Strength.GOOD:
            return f"cloud-init finished with {self.datasource}."
        if strength is Strength.BASIC:
            return "A login prompt appeared; nothing stronger followed."
        if self.stage is Stage.SILENT:
            return "The console showed nothing: the image may not write to its serial console."
        return f"The console fell silent at the stage: {self.stage.value}."


def read_console(text: str, marker: str | None) -> ConsoleReading:
    """Read a console's text from its beginning.

    Args:
        text: raw, as the cloud gave it; it is cleaned here.
        marker: the token that our user data prints; None when none was given along.
    """
    lines = _SPENT_COLOURS.sub("", many_lines(text)).split("\n")
    reading = ConsoleReading()
    telling = [line for line in lines if _read_line(reading, line, marker)]
    reading.evidence = tuple(one_line(line.strip(), _EVIDENCE_WIDTH) for line in telling[-_EVIDENCE_LINES:])
    return reading


def merge_console(earlier: str, later: str) -> str:
    """Join two readings of a growing console, of which the cloud gives at most the last 100 KiB.

    Where the later one does not continue the earlier one (a restart, or a gap), it is put behind it.
    """
    if not earlier or later.startswith(earlier):
        return later
    if not later or earlier.endswith(later):
        return earlier
    start = earlier.find(later[:_OVERLAP])
    while start >= 0:
        if later.startswith(earlier[start:]):
            return earlier[:start] + later
        start = earlier.find(later[:_OVERLAP], start + 1)
    return f"{earlier}\n{later}"


_OVERLAP = 64
"""Characters that must agree before two readings are taken for overlapping."""


def _read_line(reading: ConsoleReading, line: str, marker: str | None) -> bool:
    """Take one line in; whether it is worth showing as evidence."""
    if not line.strip():
        return False
    report = find_marker(line, marker)
    if report is not None:
        reading.marker, reading.stage, reading.terminal = report, Stage.MARKER, None
        return True
    for pattern, meaning in TERMINAL:
        if pattern.search(line):
            reading.terminal = meaning
            return True
    hints = [meaning for pattern, meaning in HINTS if pattern.search(line)]
    reading.hints += hints
    return _read_stage(reading, line) or bool(hints)


def _read_stage(reading: ConsoleReading, line: str) -> bool:
    stage = next((stage for stage, pattern in STAGES if pattern.search(line)), Stage.FIRMWARE)
    if stage is Stage.KERNEL and _ORDER.index(reading.stage) >= _ORDER.index(Stage.KERNEL):
        # A kernel starts again: what came before is a boot that is over.
        reading.stage, reading.terminal, reading.marker, reading.datasource = stage, None, None, None
        reading.hints.append("the machine started anew")
        return True
    if stage in _LAST_STAGES:
        reading.terminal = None
    if stage is Stage.CLOUD_INIT and (found := DATASOURCE.search(line)):
        reading.datasource = found[1]
    if _ORDER.index(stage) > _ORDER.index(reading.stage):
        reading.stage = stage
        return True
    return stage is Stage.CLOUD_INIT
