"""Seal: the clone seals itself by its user data, and says on its console what it did, until the run has read it.

The console of an instance that is off cannot be read, so the result is in a file before it is in the journal, and in
the journal before the clone is stopped.
"""

from __future__ import annotations

from pathlib import Path

from imaging.guest.confined_reading.client import read_seal_confined
from imaging.guest.seal import WORD
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import CLONE, MARKER
from imaging.runs.steps.launch_clone import image_of_clones, see_clone_up
from imaging.runs.test_instance.report_watch import Awaited, ReportWatch
from imaging.runs.test_instance.seal.clone import refuse_more_repeats, standing_clone
from imaging.runs.test_instance.server import read_server, remove_server
from imaging.runtime.private_files import write_private
from models import foreign
from models.cloud.instance import Instance
from models.errors import BadProbeError, ForeignValueError, RunError
from models.formatting import counted
from models.run.intent import IntentAction
from models.run.kept_seal import KeptSeal
from models.seal.report import SealReport, SealState
from models.words.seal_remedies import HOW_TO_MAKE_PLAIN, remedy_of_failed_seal

CLONE_CONSOLE = "clone-console.log"
"""In the run's folder, mode 0600: what the clone showed on its console."""
KEPT = "seal.json"
"""In the run's folder, mode 0600: what the clone reported."""

_LARGEST_KEPT = 40_000_000
_SEAL_SECONDS = 1800.0
"""How long a clone may work beside what it does with its whole disk; it needs far less."""
_SECONDS_PER_GIB = 90.0
"""How long it may take to read a disk three times, and to overwrite its free space."""
_UNKNOWN_DISK_GIB = 20
_UNBEGUN_SECONDS = 300.0
"""How long after its boot a clone may still wait for its last job before it begins."""
_OFF = frozenset({"SHUTOFF", "ERROR"})


async def seal(ctx: StepContext) -> StepResult:
    """Goal: what the clone says about its seal is in the journal, and it is sealed.

    Raises:
        RunError: it is not, with the reason; then no image is made of it.
    """
    report = ctx.run.seal_report
    if report is None:
        kept = await _reported(ctx)
        report = kept.report
        await ctx.record(seal_report=report)
    _refuse_unsealed(ctx, report)
    done = sum(each.before > each.after for each in report.results)
    return StepResult(f"sealed by {counted(done, 'operation')}")


def kept_seal(folder: Path) -> KeptSeal | None:
    """What a clone of this run has reported, as far as it was read."""
    try:
        return foreign.model(KeptSeal, (folder / KEPT).read_bytes(), max_bytes=_LARGEST_KEPT)
    except (OSError, ForeignValueError):
        return None


async def _reported(ctx: StepContext) -> KeptSeal:
    """The result of the clone that stands; one that is off without a result is launched again."""
    while True:
        await see_clone_up(ctx)
        clone = await standing_clone(ctx)
        if clone is None:
            continue  # one whose launch got lost was found and noted just now
        kept = await _result_of(ctx, clone)
        if kept is not None:
            return kept
        await _replace(ctx, clone)


async def _result_of(ctx: StepContext, clone: Instance) -> KeptSeal | None:
    """What this clone reported; None where it is off and never will.

    Raises:
        RunError: it was silent for too long, what it printed cannot be read, or somebody deleted it.
    """
    kept = kept_seal(ctx.folder)
    # A file of an earlier clone says nothing of this one.
    if kept is not None and kept.report.nonce == clone.metadata.get(MARKER):
        return kept
    watch = _SealWatch(ctx, clone)
    # Longer than both deadlines of the watch, so that those end it.
    limit = ctx.profile.patience.test_limit_seconds + watch.begun_seconds + _UNBEGUN_SECONDS
    try:
        await ctx.wait_until(watch.observe, what="the clone's result", limit_seconds=limit)
    finally:
        watch.report.save()
    if watch.is_off:
        return None
    read = await _read(ctx, watch.report)
    write_private(ctx.folder / KEPT, read.model_dump_json())
    return read


def _awaited(clone: Instance) -> Awaited:
    """The result of a clone, which takes the longer the larger its disk is."""
    disk_gib = clone.flavor.disk_gib or _UNKNOWN_DISK_GIB
    return Awaited(
        begun_seconds=_SEAL_SECONDS + _SECONDS_PER_GIB * disk_gib,
        unbegun_seconds=_UNBEGUN_SECONDS,
        word=WORD,
        what="the result of the seal",
        begins="the clone seals itself",
        doing="sealing",
        console_log=CLONE_CONSOLE,
    )


class _SealWatch:
    """Watches one clone until its result is whole, or it is off, or it has been silent for too long."""

    def __init__(self, ctx: StepContext, clone: Instance) -> None:
        self._ctx = ctx
        self._clone = clone
        awaited = _awaited(clone)
        self.begun_seconds = awaited.begun_seconds
        self.report = ReportWatch(ctx, clone, awaited)
        self.is_off = False

    async def observe(self) -> bool | None:
        """Read once; true as soon as nothing more is to be waited for."""
        verdict = await self.report.listen()
        if self.report.heard.whole or self.report.heard.failed:
            return True
        now = await read_server(self._ctx, self._clone.id)
        if now is None:
            await standing_clone(self._ctx)  # says that somebody deleted it
        elif now.status in _OFF and now.task_state is None:
            self.is_off = True
            return True
        return True if verdict is not None and self.report.is_hopeless else None


async def _read(ctx: StepContext, watch: ReportWatch) -> KeptSeal:
    if watch.heard.failed and not watch.heard.whole:
        return KeptSeal(report=SealReport(nonce=watch.nonce, state=SealState.FAILED, why=watch.heard.failed))
    try:
        return await read_seal_confined(watch.text, nonce=watch.nonce, now=ctx.clock.now())
    except BadProbeError as error:
        raise RunError(
            error.what,
            meaning="Nobody knows whether the clone is sealed, so no image is made of it.",
            remedy=f"Make the image again, or a plain one ({HOW_TO_MAKE_PLAIN}). What the clone showed is in "
            f"{ctx.folder / CLONE_CONSOLE}.",
        ) from error


async def _replace(ctx: StepContext, clone: Instance) -> None:
    """Remove a clone that is off without a result; the next one is launched of the same image."""
    refuse_more_repeats(ctx, clone)
    await ctx.intend(IntentAction.REPEAT_CLONE, clone.id)
    image = await image_of_clones(ctx)
    if not await remove_server(ctx, clone.id, image, CLONE):
        raise RunError(f"The clone {clone.id} is off without a result, and it cannot be removed.")


def _refuse_unsealed(ctx: StepContext, report: SealReport) -> None:
    plan = ctx.run.plan.seal
    if report.state is SealState.CHANGED:
        raise RunError(
            f"The clone holds what nobody had agreed to: {', '.join(report.appeared) or 'it does not say what'}.",
            meaning="Nothing of it was changed, and no image is made.",
            remedy="Inspect it again (--probe; p in the list), read what the new plan takes away, and make the image "
            "again.",
        )
    if report.state is SealState.FAILED:
        raise RunError(
            f"The seal failed in the clone: {report.why or 'it does not say why'}.",
            meaning="No image is made of a clone that is sealed by half. The instance itself is restored.",
            remedy=remedy_of_failed_seal(report, plan, ctx.run.plan.source.name if ctx.run.plan.source else ""),
        )
    if plan is None or report.digest != plan.digest:
        raise RunError(
            "The clone carried out another plan than the one that was agreed to.",
            meaning="No image is made of it.",
            remedy="Make the image again: a new clone is given the plan as it is now.",
        )
