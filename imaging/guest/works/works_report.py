"""From the console's text of a test instance to what it found and ran in its boots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from imaging.guest.deep_check.chunks import Listener, hear, unpack
from imaging.guest.works.boot_rows import BOOT_ROWS, BootRows
from imaging.guest.works.words import WORKS_WORD
from models import foreign
from models.errors import BadProbeError
from models.text import one_line
from models.works.report import WorksReport

_LARGEST = 4_000_000
"""Bytes of a report; with output that compresses well it has some hundred kilobytes."""
_MOST_LINES = 60_000
_LONGEST = 400
_BOOTS = {"1": 1, "2": 2}
NO_SYSTEMD = "there is no systemd"
"""With which the script says that nothing can be started after the boot."""


def works_listener(nonce: str) -> Listener:
    """Finds the pieces of the report in a console that grows; `nonce` is that of the test instance's user data."""
    return Listener(nonce, WORKS_WORD)


def works_word(line: str, nonce: str) -> str:
    """The word that a line of a console says about these checks: `began`, `restarts`, ...; empty if it says none."""
    _, found, rest = line.partition(f"{WORKS_WORD} {nonce} ")
    return one_line(rest, _LONGEST).partition(" ")[0] if found else ""


def read_works_report(text: str, *, nonce: str, now: datetime) -> WorksReport:
    """Read the report that a test instance has printed on its console; the newest that is whole.

    Args:
        text: the console's raw text, untrusted.
        nonce: that of the test instance's user data.
        now: when it was read, by our clock.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is not such a report.
    """
    heard = hear(text, nonce, WORKS_WORD)
    if not heard.copies and heard.failed.startswith(NO_SYSTEMD):
        return WorksReport(has_systemd=False, trouble=heard.failed)
    return _read(unpack(heard, "checks"), nonce, now)


def _read(report: bytes, nonce: str, _now: datetime) -> WorksReport:
    lines = report[: _LARGEST + 1].decode("utf-8", "replace").rstrip("\n").split("\n")
    if len(report) > _LARGEST or len(lines) > _MOST_LINES:
        raise _bad("it is far too long")
    if lines[0] != f"imaging-works 1 {nonce}":
        raise _bad("it does not begin as one")
    if lines[-1] != "end":
        raise _bad("its end is missing")
    read = _Reading()
    for line in lines[1:-1]:
        read.take(line)
    return read.report()


def _bad(why: str) -> BadProbeError:
    return BadProbeError(
        f"The test instance's report of its checks cannot be read: {why}.",
        meaning="Whether the image works is not known.",
    )


class _Reading:
    """What the lines so far come to."""

    def __init__(self) -> None:
        self._boots: dict[int, BootRows] = {}
        self._now: BootRows | None = None
        self._output: Callable[[str], None] | None = None
        self._trouble: list[str] = []

    def take(self, line: str) -> None:
        if line[:1] in {"+", "|", "~"}:
            if self._output is not None:
                self._output(line)
            return
        word, _, rest = line.partition(" ")
        if word == "boot":
            self._begin(rest)
        elif word == "output":
            self._begin_output(rest)
        elif word == "trouble":
            self._trouble.append(one_line(rest, _LONGEST))
        elif self._now is not None and (take := BOOT_ROWS.get(word)) is not None:
            take(self._now, rest)

    def _begin(self, rest: str) -> None:
        self._now = None
        number = _BOOTS.get(rest)
        if number is not None:
            self._now = self._boots.setdefault(number, BootRows(number))

    def _begin_output(self, rest: str) -> None:
        """`BOOT NUMBER cut|-`: of which test the lines that follow are."""
        boot, _, said = rest.partition(" ")
        number, _, cut = said.partition(" ")
        self._now = self._output = None
        told = self._boots.get(_BOOTS.get(boot, 0))
        if told is not None:
            self._output = told.output_of(_number(number), is_cut=cut == "cut")

    def report(self) -> WorksReport:
        return WorksReport(
            boots=tuple(self._boots[number].boot() for number in sorted(self._boots)),
            trouble=one_line("; ".join(dict.fromkeys(self._trouble)), _LONGEST),
        )


def _number(text: str) -> int:
    try:
        return foreign.whole(text, low=1, high=1_000, name="A number")
    except ValueError:
        return 0
