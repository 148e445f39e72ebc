"""Reads the text of a console as it grows, line by line; see `boot_progress` for what a line means."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field, replace

from imaging.runs.test_instance.boot_verdict.boot_progress import read_line
from imaging.runs.test_instance.boot_verdict.console_patterns import CUT, PROGRESS
from imaging.runs.test_instance.boot_verdict.verdict import ConsoleReading
from models.text import many_lines, one_line

_TELLING_LINES = 8
_LAST_LINES = 3
"""The last lines are always evidence: what nobody knew to look for stands there."""
_EVIDENCE_WIDTH = 200
_LONGEST_LINE = 4_096
"""Characters of a line that are read; the kernel's own lines end at 1,024."""
_LONGEST_TAIL = 65_536
"""Characters without a line end that are waited for."""
_OVERWRITTEN = re.compile(r"^(?:\s*+\[[ *]{3,6}\] [^\[]*+)+(?=\[[ *]{3,6}\] )")
_SPENT_COLOURS = re.compile(r"\[(?:\d{1,3}(?:;\d{1,3})*)?[mK]")
"""What is left of colour codes after Nova has taken out the escape character before them."""


class ConsoleReader:
    """Reads a console as it grows: each line once, and what stands behind the last line end as far as it goes."""

    def __init__(self, marker: str | None) -> None:
        """Keep the token that our user data prints; None when none was given along."""
        self._marker = marker
        self._lines = _Lines()
        self._tail = ""

    def take(self, text: str) -> None:
        """Read on.

        Args:
            text: raw, as the cloud gave it; it is cleaned here.
        """
        lines, end, tail = f"{self._tail}{text}".rpartition("\n")
        # A guest can print for ever without a line end: memory has to end somewhere.
        if len(tail) > _LONGEST_TAIL:
            lines, end, tail = f"{lines}{end}{tail}", "\n", CUT
        self._tail = tail
        if end:
            self._lines.read(lines, self._marker)

    @property
    def reading(self) -> ConsoleReading:
        """What it shows so far; a line without an end counts, for a login prompt has none."""
        # A copy: the unfinished line is read again, whole, with the next reading.
        lines = self._lines.copy()
        lines.read(self._tail, self._marker)
        return replace(lines.reading, evidence=lines.evidence)


@dataclass
class _Lines:
    """What the lines so far come to."""

    reading: ConsoleReading = field(default_factory=ConsoleReading)
    telling: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_TELLING_LINES))
    last: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=_LAST_LINES))
    count: int = 0

    def read(self, text: str, marker: str | None) -> None:
        for line in _plain(_from_the_start(text)).split("\n"):
            shown = _last_progress(line)[:_LONGEST_LINE]
            if not shown.strip():
                continue
            self.count += 1
            self.last.append((self.count, shown))
            if read_line(self.reading, shown, marker):
                self.telling.append((self.count, shown))

    @property
    def evidence(self) -> tuple[str, ...]:
        chosen = sorted({*self.telling, *self.last})
        return tuple(one_line(line.strip(), _EVIDENCE_WIDTH) for _, line in chosen)

    def copy(self) -> _Lines:
        reading = replace(self.reading, hints=[*self.reading.hints])
        return _Lines(reading, self.telling.copy(), self.last.copy(), self.count)


def _last_progress(line: str) -> str:
    """The line without what systemd's progress overwrote: Nova takes the carriage returns out, so they come as one."""
    return _OVERWRITTEN.sub("", line)


def _plain(text: str) -> str:
    # The rest of a colour code would stand before what must be at the start of a line.
    return _SPENT_COLOURS.sub("", many_lines(text))


def _from_the_start(text: str) -> str:
    """The text with each overwritten line whole, but for systemd's progress.

    Behind a carriage return a stranger's part of a logged line would look like the start of one.
    """
    # Without this short cut every reading would be taken apart by lines, for a case that is rare.
    if "\r" not in text.replace("\r\n", "\n"):
        return text
    return "\n".join(_whole_line(line.rstrip("\r")) for line in text.split("\n"))


def _whole_line(line: str) -> str:
    *overwritten, last = line.split("\r")
    if all(PROGRESS.fullmatch(_plain(part)) or not _plain(part).strip() for part in overwritten):
        return last
    return line.replace("\r", " ")


def read_console(text: str, marker: str | None) -> ConsoleReading:
    """Read a console's text from its beginning.

    Args:
        text: raw, as the cloud gave it; it is cleaned here.
        marker: the token that our user data prints; None when none was given along.
    """
    reader = ConsoleReader(marker)
    reader.take(text)
    return reader.reading
