"""Check: the last look before anything is changed; what was planned may be hours old."""

from __future__ import annotations

from imaging.cloud.gathering import gather_facts
from imaging.guidelines.checklist import judge
from imaging.runs.context import StepContext, StepResult
from imaging.runs.deep_planning import plan_deep_check
from imaging.runs.launching import require_network
from imaging.runs.planning import with_guest
from imaging.runs.prechecks import refuse_findings, refuse_login, refuse_multiattach
from imaging.runs.source import read_source, source_id
from imaging.runs.taking import refuse_other_claims
from models.errors import NotFoundError, RunError
from models.findings import Checklist
from models.run import RunKind

_IMAGEABLE = frozenset({"ACTIVE", "SHUTOFF"})
"""The statuses from which the run can bring an instance to SHUTOFF; Nova refuses to stop any other."""


async def check(ctx: StepContext) -> StepResult:
    """Goal: nothing speaks against the run.

    Raises:
        RunError: something does; nothing was changed.
        UsageError: the network of the test launch has to be named.
    """
    plan = ctx.run.plan
    login = await ctx.cloud.login()
    refuse_login(login, ctx.clock.now(), plan.estimated_seconds)
    if plan.test is not None and plan.test.refused_because is None:
        require_network(plan.test)
    if ctx.run.kind is RunKind.VERIFY:
        return await _check_image(ctx)
    if ctx.run.kind is RunKind.DEEP_CHECK:
        return await _check_deep(ctx)
    source = await read_source(ctx)
    refuse_other_claims(source, ctx.run.id)
    if source.status not in _IMAGEABLE or source.task_state is not None:
        doing = f" ({source.task_state})" if source.task_state else ""
        raise RunError(
            f"The instance is {source.status}{doing}: a run begins with ACTIVE or SHUTOFF, and nothing under way.",
            meaning="Nothing has been changed.",
        )
    refuse_multiattach(plan, await ctx.cloud.compute.microversion())
    facts = await gather_facts(ctx.cloud, source.id, ctx.clock, request=plan.request)
    checklist = judge(with_guest(facts, plan.guest), ctx.profile)
    refuse_findings(checklist)
    unreadable = "; the end of the application credential cannot be read" if login.credential_expiry_unreadable else ""
    return StepResult(_summary(checklist) + unreadable)


async def _check_image(ctx: StepContext) -> StepResult:
    planned = ctx.run.plan.image
    if planned is None:
        raise RunError("There is no image to verify.")
    try:
        image = await ctx.cloud.images.image(planned.id)
    except NotFoundError as error:
        raise RunError(f"The image {planned.id} is gone.", request_id=error.request_id) from error
    if image.status != "active":
        raise RunError(f"The image is {image.status}: only an active one can be launched.")
    return StepResult("the image is active")


async def _check_deep(ctx: StepContext) -> StepResult:
    """What a deep check needs is to be had, by a plan made anew."""
    request = ctx.run.plan.request
    if ctx.run.plan.test is not None and ctx.run.plan.test.network is not None:
        request = request.model_copy(update={"network_id": ctx.run.plan.test.network.id})
    plan = await plan_deep_check(ctx.cloud, ctx.clock, source_id(ctx), request, ctx.profile)
    if plan.test is not None and plan.test.refused_because:
        raise RunError(f"No deep check is possible: {plan.test.refused_because}.", meaning="Nothing has been changed.")
    return StepResult("nothing speaks against it")


def _summary(checklist: Checklist) -> str:
    mended = sum(1 for finding in checklist.violations if finding.mended_by is not None)
    parts = [f"{len(checklist.findings)} rules"]
    parts += [f"{mended} to be mended by the run"] if mended else []
    parts += [f"{len(checklist.unknowns)} unknown"] if checklist.unknowns else []
    return ", ".join(parts)
