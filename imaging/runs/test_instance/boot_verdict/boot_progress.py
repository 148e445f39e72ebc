"""What a line of a console says about a boot: how far it came, where it ended, and that it begins again."""

from __future__ import annotations

import re

from imaging.guest.seal_proof import proof_word
from imaging.guest.works import works_word
from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker
from imaging.runs.test_instance.boot_verdict.console_patterns import (
    DATASOURCE,
    FIRMWARE_START,
    GOES_ON,
    HINTS,
    STAGES,
    WELCOME,
)
from imaging.runs.test_instance.boot_verdict.dead_ends import (
    BEFORE_KERNEL,
    BEFORE_SYSTEM,
    COUNTDOWN,
    DEAD_ENDS,
    NETWORK_BOOT,
    NOT_BEHIND_LINUX,
    OWN_PANIC,
    PROMPTS,
    STILL_WAITS,
    seconds_of_job,
)
from imaging.runs.test_instance.boot_verdict.guest_network import NetworkReport, read_network_line
from imaging.runs.test_instance.boot_verdict.verdict import LAST_STAGES, ConsoleReading
from models.verdict import DeadEnd, Stage

_ORDER = tuple(Stage)
_PIECE = re.compile(r"[1-9][0-9]{0,3}/[1-9][0-9]{0,3}")


def read_line(reading: ConsoleReading, line: str, marker: str | None) -> bool:
    """Take one line in; whether it is telling.

    Args:
        reading: what is known so far; it is changed.
        line: one line, cleaned.
        marker: the token that our user data prints; None when none was given along.
    """
    # What a machine does that was restarted on purpose says nothing of the boot before.
    if not line.strip() or reading.restarts_on_purpose:
        return False
    was_silent = reading.stage is Stage.SILENT
    if was_silent:
        reading.stage = Stage.FIRMWARE
    # dracut says between two rounds of systemd's progress that it still waits.
    if not STILL_WAITS.search(line):
        reading.job_seconds = seconds_of_job(line)
    # First of all: our marker may follow other text on the line, which the patterns below would judge.
    report = find_marker(line, marker)
    if report is not None:
        reading.marker = report
        _arrive(reading, Stage.MARKER)
        return True
    if marker is not None and (said := proof_word(line, marker) or works_word(line, marker)):
        reading.restarts_on_purpose = said == "restarts"
        # After its checks, which come after the marker: that may be long out of what the cloud shows of the console.
        reading.has_reported = reading.has_reported or _PIECE.fullmatch(said) is not None
        return reading.restarts_on_purpose
    dead_end = next((dead_end for pattern, dead_end in DEAD_ENDS if pattern.search(line)), None)
    if dead_end is not None and _counts(reading, dead_end, line):
        # A shell that asks for a password says less than what led to it.
        if reading.dead_end is None or dead_end not in PROMPTS:
            reading.dead_end = dead_end
        return True
    reading.network = read_network_line(reading.network, line)
    hints = [meaning for pattern, meaning in HINTS if pattern.search(line)]
    reading.add_hints(hints)
    return _read_firmware(reading, line) or _read_stage(reading, line) or bool(hints) or was_silent


def _counts(reading: ConsoleReading, dead_end: DeadEnd, line: str) -> bool:
    """Whether such a text is an end here."""
    if dead_end is DeadEnd.BOOT_MENU and (reading.counts_down or COUNTDOWN.search(line)):
        reading.counts_down = True
        return False
    if dead_end is DeadEnd.HALTED and reading.stage in LAST_STAGES:
        return False  # it came up, and somebody shut it down
    return OWN_PANIC in line or not (dead_end in NOT_BEHIND_LINUX and reading.has_linux)


def _read_firmware(reading: ConsoleReading, line: str) -> bool:
    """What comes before a kernel; whether the line is telling."""
    if COUNTDOWN.search(line):
        reading.counts_down = True
    if reading.dead_end in {DeadEnd.BOOT_MENU, DeadEnd.BOOT_LOADER} and (reading.counts_down or GOES_ON.search(line)):
        reading.dead_end = None
    if NETWORK_BOOT.search(line):
        reading.network_boots += 1
        return True
    if not FIRMWARE_START.search(line):
        return False
    reading.network_boots = 0
    if _ORDER.index(reading.stage) >= _ORDER.index(Stage.KERNEL):
        _restart(reading, Stage.FIRMWARE)
    elif reading.dead_end in BEFORE_KERNEL:
        reading.dead_end = None  # the firmware tries its next device
    return False


def _read_stage(reading: ConsoleReading, line: str) -> bool:
    stage = next((stage for stage, pattern in STAGES if pattern.search(line)), Stage.FIRMWARE)
    if stage is Stage.KERNEL and _ORDER.index(reading.stage) >= _ORDER.index(Stage.KERNEL):
        # A kernel starts again: what came before is a boot that is over.
        _restart(reading, Stage.KERNEL)
        reading.has_linux = True
        return True
    reading.has_linux = reading.has_linux or stage is Stage.KERNEL
    if stage is Stage.CLOUD_INIT and (found := DATASOURCE.search(line)):
        reading.datasource = found[1]
    if reading.dead_end in BEFORE_SYSTEM and WELCOME.search(line):
        reading.dead_end = None
    is_later = _ORDER.index(stage) > _ORDER.index(reading.stage)
    if is_later or stage in LAST_STAGES:
        _arrive(reading, stage)
    return is_later or stage is Stage.CLOUD_INIT


def _arrive(reading: ConsoleReading, stage: Stage) -> None:
    """A stage is reached, perhaps once more."""
    if stage in LAST_STAGES:
        reading.dead_end = None
    if stage in {Stage.CLOUD_INIT, Stage.MARKER}:
        # A prompt alone is no end of a loop: a machine that resets behind its prompt comes to one each time.
        reading.last_end, reading.restarts, reading.ended_boots = None, 0, 0
    elif stage is Stage.KERNEL:
        reading.dead_end = None  # what ended before it was another boot
    reading.has_prompt = reading.has_prompt or stage is Stage.LOGIN
    reading.stage = max(reading.stage, stage, key=_ORDER.index)


def _restart(reading: ConsoleReading, stage: Stage) -> None:
    """The machine starts again: what was seen of the boot before says nothing of this one."""
    reading.restarts += 1
    if reading.dead_end is not None:
        reading.last_end, reading.ended_boots = reading.dead_end, reading.ended_boots + 1
    reading.stage, reading.dead_end, reading.marker, reading.datasource = stage, None, None, None
    reading.has_prompt, reading.network, reading.network_boots = False, NetworkReport(), 0
    reading.counts_down = reading.has_linux = False
    reading.add_hints(["the machine restarted"])
