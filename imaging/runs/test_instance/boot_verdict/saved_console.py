"""Judges a console log that was saved elsewhere, by the judge of the test launch."""

from __future__ import annotations

from imaging.runs.test_instance.boot_verdict.console_patterns import CUT
from imaging.runs.test_instance.boot_verdict.console_reader import read_console
from imaging.runs.test_instance.boot_verdict.verdict import Ending
from models.verdict import Verdict


def judge_saved_console(text: str, marker: str | None, *, begins_cut: bool = False) -> Verdict:
    """The verdict on a console log that is read as a whole.

    Args:
        text: raw, from a stranger.
        marker: the token that the machine's user data printed; without one no line counts as our marker, so that the
            log alone can be no stronger evidence than *good*.
        begins_cut: whether the text may begin in the middle of a line.
    """
    reading = read_console(f"{CUT}{text}" if begins_cut else text, marker)
    reading.machine = "machine"
    if marker is not None and reading.marker is None:
        reading.add_hints(["the log has no whole marker with this token"])
    return reading.verdict(Ending.SAVED)
