"""Check: the last one before anything is changed; what was planned may be hours old."""

from __future__ import annotations

import logging
from collections import Counter

from imaging.cloud.image_to_launch import quota_if_told
from imaging.cloud.instance_facts import gather_facts
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.inspection_age import with_guest
from imaging.runs.core.outcome import was_begun
from imaging.runs.core.step_context import StepContext, StepResult
from imaging.runs.ownership.made_things import INTERIM, ROLE, SOURCE
from imaging.runs.plan.deep_check.planning import plan_deep_check
from imaging.runs.plan.import_file.costs import refusals
from imaging.runs.plan.import_file.planning import ways_in
from imaging.runs.plan.preflight import refuse_login, refuse_multiattach
from imaging.runs.plan.seal.costs import refuse_large_user_data, seal_quota_refusal
from imaging.runs.plan.start_gate import checklist_obstacles, obstacles, refuse, unfit_state
from imaging.runs.source.claim_lifecycle import refuse_other_claims
from imaging.runs.source.instance import read_source, source_id
from imaging.runs.steps.check_export import check_export
from imaging.runs.steps.see_up import stage_of_source
from imaging.runs.test_instance.image_data import image_data
from imaging.runs.test_instance.works.errand import refuse_large_tests
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.cloud.quota import Quota
from models.errors import NotFoundError, RunError
from models.findings import Checklist, FindingClass, class_of
from models.formatting import with_id
from models.guest.comparison import before_run
from models.guest.facts import GuestFacts
from models.run.file_plan import FilePlan
from models.steps import StepName
from models.words.checklist_summary import count_of

_log = logging.getLogger(__name__)


async def check(ctx: StepContext) -> StepResult:
    """Goal: nothing forbids the run.

    Raises:
        RunError: something does; nothing was changed.
        UsageError: the network of the test launch has to be named, or the user's tests are too large.
    """
    plan = ctx.run.plan
    if ctx.run.spec.writes_file:
        return await check_export(ctx)
    login = await ctx.cloud.login()
    # First of all: a login that ends midway leaves the instance stopped until the user logs in again.
    refuse_login(login, ctx.clock.now(), plan.estimated_seconds)
    refuse(obstacles(plan.model_copy(update={"checklist": None})))  # the checklist is judged again below
    refuse_large_tests(plan, ctx.profile)
    if plan.file is not None:
        return await _check_file(ctx, plan.file)
    if ctx.run.spec.inspects and plan.source is not None:
        return await _check_deep(ctx)
    if ctx.run.spec.seals:
        refuse_large_user_data(plan, ctx.profile)
    if not ctx.run.spec.changes_source:
        return await _check_image(ctx)
    source = await read_source(ctx)
    refuse_other_claims(source, ctx.run.id)
    if unfit := unfit_state(source):
        raise RunError(unfit, meaning="Nothing has been changed.")
    # Nova attaches a multiattach volume only from 2.60 on: once detached, it could never come back.
    refuse_multiattach(plan, await ctx.cloud.compute.microversion())
    facts = await gather_facts(ctx.cloud, source.id, ctx.clock, request=plan.request)
    judged = with_guest(facts, plan.guest)
    checklist = judge(judged, ctx.profile)
    refuse(checklist_obstacles(checklist, plan.request))
    await _keep_inspection(ctx, judged.guest.value)
    if ctx.run.spec.seals:
        await _check_seal(ctx, source, facts.quota.value)
    stage = await stage_of_source(ctx, source)
    if stage is not None:
        await ctx.record(source_stage=stage)
    unreadable = "; the end of the application credential cannot be read" if login.credential_expiry_unreadable else ""
    return StepResult(_summary(checklist) + unreadable)


async def _check_seal(ctx: StepContext, source: Instance, quota: Quota | None) -> None:
    """There is room for what a seal takes beside the instance, and what it removes is what was agreed to."""
    refusal = seal_quota_refusal(quota, images=2 if ctx.run.spec.makes_interim else 1)
    if source.volume_backed:
        refusal = "a seal of volume-backed instances is not possible"
    if refusal is not None:
        raise RunError(f"No sealed image can be made: {refusal}.", meaning="Nothing has been changed.")


async def _keep_inspection(ctx: StepContext, guest: GuestFacts | None) -> None:
    """Keep what runs there now: a person who inspects it after the run sees what is missing."""
    before = before_run(ctx.run.id, guest, ctx.clock.now()) if guest is not None else None
    try:
        await in_thread(ctx.guests.keep_before_run, source_id(ctx), before)
    except OSError as error:
        _log.warning("what runs in the instance could not be kept: %s", error)


async def _check_image(ctx: StepContext) -> StepResult:
    planned = ctx.run.plan.image
    if planned is None:
        raise RunError("There is no image to verify.")
    try:
        image = await ctx.cloud.images.image(planned.id)
    except NotFoundError as error:
        raise RunError(
            f"The image {with_id(planned.name, planned.id)} is gone.", request_id=error.request_id
        ) from error
    if image.status != "active":
        raise RunError(f"The image is {image.status}: only an active one can be launched.")
    properties = image.properties
    # Nova copies the role to descendants, but writes itself of which instance an image was made.
    if properties.get(ROLE) == INTERIM and properties.get("instance_uuid") == properties.get(SOURCE):
        raise RunError("The image belongs to a sealed run that is under way: it is removed at its end.")
    if ctx.run.spec.seals:
        refusal = seal_quota_refusal(await quota_if_told(ctx.cloud), images=1)
        if refusal is not None:
            raise RunError(f"No sealed image can be made: {refusal}.", meaning="Nothing has been changed.")
    if not ctx.run.spec.seals:  # of which another image is made
        await ctx.record(image_data=await image_data(ctx, image))
    return StepResult("the image is active")


async def _check_file(ctx: StepContext, file: FilePlan) -> StepResult:
    """What an import needs is still to be had, and nothing that was found in the file forbids it."""
    checklist = ctx.run.plan.checklist
    if checklist is not None:
        refuse(checklist_obstacles(checklist, ctx.run.plan.request, of_file=True))
    ways, quota = await ways_in(ctx.cloud), await quota_if_told(ctx.cloud)
    # Once a record of our own or a conversion is there, they would count against themselves.
    if not was_begun(ctx.run, StepName.CONVERT) and (found := refusals(file, ways, quota)):
        raise RunError(" ".join(found), meaning="Nothing was sent.")
    return StepResult(_summary(checklist) if checklist is not None else "all preconditions hold")


async def _check_deep(ctx: StepContext) -> StepResult:
    """What a deep check needs is to be had, by a plan made again."""
    request = ctx.run.plan.request
    if ctx.run.plan.test is not None and ctx.run.plan.test.network is not None:
        # The user agreed to this network: a new plan must not choose another one.
        request = request.model_copy(update={"network_id": ctx.run.plan.test.network.id})
    plan = await plan_deep_check(ctx.cloud, ctx.clock, source_id(ctx), request, ctx.profile)
    refuse(obstacles(plan))
    return StepResult("all preconditions hold")


def _summary(checklist: Checklist) -> str:
    """How many rules were asked, and what a person has to know of the answers, counted as in the checklist."""
    found = Counter(class_of(finding) for finding in checklist.findings)
    told = (FindingClass.WAIVED, FindingClass.UNKNOWN, FindingClass.FIXED_BY_RUN)
    return ", ".join(
        [f"{len(checklist.findings)} rules", *(count_of(kind, found[kind]) for kind in told if found[kind])]
    )
