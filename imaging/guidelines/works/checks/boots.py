"""That it boots a second time, mounts what it should, and how long that takes."""

from __future__ import annotations

from imaging.guidelines.works.tested import (
    Answer,
    Tested,
    each_told,
    failed,
    passed,
    skipped,
    unknown,
    untold,
    warned,
)
from models.formatting import duration
from models.verdict import DeadEnd

_SLOWER = 2.0
_GRACE_SECONDS = 30.0
"""A boot that takes twice as long as the source's, and so much longer, is told."""


def second_boot(tested: Tested) -> Answer:
    """Whether it came up again after it restarted itself."""
    seen = tested.second_boot
    if seen is not None and seen.dead_end is not None:
        return failed(f"The second boot stands still: {_words(seen.dead_end)}.", seen.evidence)
    if tested.report is not None and tested.report.boot(2) is not None:
        return passed("It booted a second time.")
    because = f": {tested.trouble}" if tested.trouble else ""
    return unknown(f"It was not seen to boot a second time{because}.", seen.evidence if seen is not None else ())


def _words(dead_end: DeadEnd) -> str:
    return "emergency mode" if dead_end.is_emergency_mode else dead_end.value.replace("-", " ")


def mounts(tested: Tested) -> Answer:
    """Whether each boot mounted what fstab says; what may be absent is only told."""
    missing: list[str] = []
    absent: list[str] = []
    for number, lines in each_told(tested, lambda boot: boot.mounts):
        for line in lines:
            if not line.mounted:
                (absent if line.optional else missing).append(f"boot {number}: {line.target} ({line.source})")
    if missing:
        return failed("What fstab names is not mounted.", [*missing, *absent])
    return untold(tested, lambda boot: boot.mounts, "The mounts") or passed(
        "What fstab names is mounted." if not absent else "What fstab names is mounted, but for what may be absent.",
        absent,
    )


def boot_time(tested: Tested) -> Answer:
    """How long the second boot took, which is like the source's boots: the first has cloud-init's work to do."""
    times = dict(each_told(tested, lambda boot: boot.power_on_to_prompt_seconds))
    told = [f"boot {number}: {duration(seconds)}" for number, seconds in times.items()]
    if 2 not in times:  # noqa: PLR2004  # the second boot
        return unknown("How long the second boot took is not known.", told)
    source = tested.source_boot_seconds
    if source is None:
        return skipped("How long the source takes to boot is not known.", told)
    told.append(f"source: {duration(source)}")
    if times[2] > max(source * _SLOWER, source + _GRACE_SECONDS):
        return warned(f"It boots in {duration(times[2])}, the source in {duration(source)}.", told)
    return passed(f"It boots in {duration(times[2])}, the source in {duration(source)}.", told)
