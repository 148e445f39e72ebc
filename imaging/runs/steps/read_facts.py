"""Read the facts: watch the temporary instance until its report is whole and it is clear whether it comes up.

The report comes early in the boot, even on the way to emergency mode; whether the temporary instance then comes up is a
fact of its own: the disk that it was made from is the source's.
"""

from __future__ import annotations

from pathlib import Path

from imaging.guest.confined_reading.client import read_console_confined
from imaging.guest.deep_check import SECONDS
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.source.instance import source_id
from imaging.runs.test_instance.console_watch import CONSOLE_LOG
from imaging.runs.test_instance.report_watch import Awaited, ReportWatch
from imaging.runs.test_instance.server import standing_server
from imaging.runtime.private_files import write_private
from models import foreign
from models.errors import BadProbeError, ForeignValueError, RunError
from models.guest.facts import GuestFacts
from models.verdict import Verdict

_LARGEST_FACTS = 40_000_000

FACTS = "guest.json"
"""In the run's folder, mode 0600: what was found, and what became of the temporary instance."""

_AFTER_BOOT_SECONDS = SECONDS + 60.0
"""How long after the end of the boot a report may still come: its own limit for it and a little more."""
DEEP_REPORT = Awaited(begun_seconds=_AFTER_BOOT_SECONDS, unbegun_seconds=60.0)
"""Of a deep check, whose script begins early in the boot or never."""


async def read_facts(ctx: StepContext) -> StepResult:
    """Goal: the facts are kept for the checklist, and the temporary instance's verdict is in the journal.

    Raises:
        RunError: no temporary instance could be launched, or no whole report came; the verdict is in the journal all
        the same.
    """
    file = ctx.folder / FACTS
    facts = _kept(file)
    if facts is None:
        facts = await _watch(ctx)
        # Kept before the verdict is recorded: after a restart the console may be gone (V35), the file is not.
        write_private(file, facts.model_dump_json())
    if facts.boot_verdict is not None and ctx.run.verdict is None:
        await ctx.record(verdict=facts.boot_verdict)
    try:
        ctx.guests.write(_inspected_id(ctx), facts)
    except OSError as error:
        raise RunError(f"The facts cannot be kept: {error}.", remedy=f"They are in {file}.") from error
    return StepResult(_summary(facts))


def _instead(ctx: StepContext) -> str:
    """How else the disk can be inspected."""
    return "Inspect it by SSH instead." if ctx.run.plan.source else "Launch an instance of it, and seal that one."


def _inspected_id(ctx: StepContext) -> str:
    """Of what the facts are kept: an instance, or an image that was inspected by itself."""
    image = ctx.run.plan.image
    return source_id(ctx) if image is None else image.id


def _kept(file: Path) -> GuestFacts | None:
    """What an earlier runner has read."""
    try:
        return foreign.model(GuestFacts, file.read_bytes(), max_bytes=_LARGEST_FACTS)
    except (OSError, ForeignValueError):
        return None


async def _watch(ctx: StepContext) -> GuestFacts:
    server = await standing_server(ctx)
    if server is None:
        why = ctx.run.verdict.reason if ctx.run.verdict else "The temporary instance was deleted by somebody else."
        raise RunError(why, meaning="No facts were read.")
    watch = ReportWatch(ctx, server, DEEP_REPORT)
    # Longer than both deadlines of `observe`, so that those end the wait with a verdict and not with a time-out.
    limit = ctx.profile.patience.test_limit_seconds + _AFTER_BOOT_SECONDS + 60
    try:
        verdict = await ctx.wait_until(watch.observe, what="the temporary instance's report", limit_seconds=limit)
    finally:
        watch.save()
    return await _facts(ctx, watch, verdict)


async def _facts(ctx: StepContext, watch: ReportWatch, verdict: Verdict) -> GuestFacts:
    try:
        facts = await read_console_confined(watch.text, nonce=watch.nonce, now=ctx.clock.now())
    except BadProbeError as error:
        await ctx.record(verdict=verdict)
        raise RunError(
            error.what,
            meaning=f"No facts were read. Of the temporary instance itself: {verdict.word.value}. {verdict.reason}",
            remedy=f"{error.remedy or _instead(ctx)} The console is in {ctx.folder / CONSOLE_LOG}.",
        ) from error
    return facts.model_copy(update={"boot_verdict": verdict})


def _summary(facts: GuestFacts) -> str:
    parts = {name: getattr(facts, name) for name in GuestFacts.model_fields}
    known = sum(1 for part in parts.values() if getattr(part, "known", False))
    verdict = f"; the temporary instance: {facts.boot_verdict.word.value}" if facts.boot_verdict else ""
    return f"{known} parts read{verdict}"
