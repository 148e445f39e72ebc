"""Prove seal: what the clone and the test instances said comes to one verdict, noted on the image by its id."""

from __future__ import annotations

from datetime import datetime

from imaging.guidelines.sealing.proofs.proof import SealProofs
from imaging.guidelines.sealing.proofs.verdict import seal_verdict
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.steps.inspect import kept_inspection
from imaging.runs.steps.seal import kept_seal
from imaging.runs.test_instance.seal_note import write_seal_verdict
from models.cloud.instance import Instance
from models.errors import RunError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.facts import InstanceFacts
from models.run.request import RunRequest
from models.seal.verdict import SealVerdict


async def prove_seal(ctx: StepContext) -> StepResult:
    """Goal: there is a verdict on the seal, and it is noted on the image that it is about."""
    if ctx.run.image_id is None:
        raise RunError("There is no image whose seal could be proved.")
    verdict = ctx.run.seal_verdict
    if verdict is None:
        verdict = _judge(ctx)
        await ctx.record(seal_verdict=verdict)
    unnoted = await write_seal_verdict(ctx, ctx.run.image_id, verdict)
    return StepResult(verdict.word.value + (f"; not noted on the image: {unnoted}" if unnoted else ""))


def _judge(ctx: StepContext) -> SealVerdict:
    run = ctx.run
    if run.plan.seal is None:
        raise RunError("There is no plan of what was to be sealed.")
    kept = kept_seal(ctx.folder)
    # A file of an earlier clone says nothing of the one that was imaged.
    is_of_it = kept is not None and run.seal_report is not None and kept.report.nonce == run.seal_report.nonce
    second = kept_inspection(ctx.folder)
    proofs = SealProofs(
        plan=run.plan.seal,
        seal_report=run.seal_report,
        clone=kept.facts if kept is not None and is_of_it else None,
        image=second.facts if second is not None else None,
        image_report=run.sealed_image_report,
        second=second.identity if second is not None else None,
    )
    return seal_verdict(
        proofs, facts_of(run.plan.source, run.plan.guest, run.plan.request, ctx.clock.now()), ctx.profile
    )


def facts_of(
    source: Instance | None, guest: Fact[GuestFacts] | None, request: RunRequest, now: datetime
) -> InstanceFacts:
    """What was known when the seal was planned; the cloud is not asked again, for the source may be gone.

    Args:
        source: the instance; None where an image was sealed.
        guest: what the inspection had found.
        request: what the user wants.
        now: the time, by our clock.
    """
    asked: dict[str, object] = {
        name: Fact[object](unknown_because="not asked")
        for name in ("attachments", "volumes", "base_image", "images", "flavors", "quota", "login")
    }
    instance = Fact[Instance](value=source) if source else Fact[Instance](unknown_because="it is an image")
    given = {**asked, "instance": instance, "request": request, "now": now}
    return InstanceFacts.model_validate(given if guest is None else {**given, "guest": guest})
