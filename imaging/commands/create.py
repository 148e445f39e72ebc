"""`imaging create`: an image made from an instance, tested, and the instance restored."""

from __future__ import annotations

from typing import Any

import click

from imaging.cloud.instance_facts import gather_facts
from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.inspection import guests, inspect_guest, known_guest
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import GuestOptions, guest_options, pop_guest_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import PLAN_OPTION, YES_OPTION
from imaging.commands.options.report_files import reporting
from imaging.commands.options.run_options import create_options
from imaging.commands.options.run_request import CreateOptions, attestations, refuse_relative, waivers
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.prompts import agreed
from imaging.guidelines.description_draft import draft_description
from imaging.guidelines.guest.inspection_age import with_guest
from imaging.guidelines.instance.image_names import suggest_name
from imaging.runs.plan.start_gate import obstacles
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import Mode

_SEALED = "Add --mode sealed."
_EXAMPLES = (
    Example("imaging create db-07 --plan", "what would be done, and the openstack commands to do it by hand"),
    Example(
        "imaging create db-07 --name db-07-v1 --description 'PostgreSQL 16 on Ubuntu 24.04, with PostGIS'",
        "the whole run, after asking; ctrl+c leaves it running",
    ),
    Example(
        "imaging create db-07 --name N --description T --yes --attest SW-ATTEST --json",
        "from a script, without questions; the run is written as JSON at the end",
    ),
    Example(
        "imaging create db-07 --name N --description T --visibility shared --member PROJECT",
        "share a sealed image with another project, once it has booted and is proved to be sealed",
    ),
)


@click.command(name="create", cls=CommandWithExamples, examples=_EXAMPLES)
@click.argument("instance")
@create_options
@click.option("--probe", is_flag=True, help="Inspect the guest by SSH first; nothing is changed in it.")
@guest_options
@PLAN_OPTION
@YES_OPTION
@everywhere
@reporting()
def command(invocation: Invocation, instance: str, *, probe: bool, plan_only: bool, yes: bool, **options: Any) -> int:
    """Make an image of an instance, prove that it boots, and restore the instance.

    INSTANCE is a name or an id. The instance is stopped, its volumes are detached, its root disk is copied to an image,
    and then its volumes and power state are restored. A small test instance is launched from the image, its console
    is read, and it is removed. All this runs in its own process: closing the terminal does not end it.

    The exit status is 0 only if the image booted (or --no-test was given), none of its checks and tests failed, and
    the instance is restored.
    """
    access = pop_guest_options(options)
    choices = CreateOptions(**options)
    _refuse_contradictory_seal(choices)
    choices.refuse_contradictions()
    choices.refuse_base_without_test(no_test=choices.no_test)
    if not plan_only:
        session.refuse_read_only()
        require_confirmation(yes=yes, instead=", or use --plan to see only what would be done")
    return session.run(
        _create(invocation, instance, choices, access, probe=probe, plan_only=plan_only, yes=yes),
    )


def _refuse_contradictory_seal(choices: CreateOptions) -> None:
    """What is kept is kept of a seal; and what a seal is about is proved by launching it."""
    sealed = choices.chosen_mode is Mode.SEALED
    if (choices.keep_home or choices.keep) and not sealed:
        raise UsageError("--keep-home and --keep are for sealed images; a plain one keeps everything.", remedy=_SEALED)
    refuse_relative(choices.keep)
    if sealed and choices.no_test:
        raise UsageError("A sealed image is proved by a test launch.", remedy="Remove --no-test, or add --mode plain.")


async def _create(
    invocation: Invocation,
    wanted: str,
    choices: CreateOptions,
    access: GuestOptions,
    *,
    probe: bool,
    plan_only: bool,
    yes: bool,
) -> int:
    guidelines = session.profile(invocation)
    given = attestations(choices.attest, session.now()), waivers(choices.waive)  # refused before anything is asked
    asked = choices.work_request()
    async with session.own_runs() as runs:
        async with session.logged_in(invocation) as here:
            instance = await instance_named(here.cloud, wanted)
            guest = await inspect_guest(here, instance, access, guidelines) if probe else known_guest(here, instance)
            choices = await _with_texts(here, instance, choices, guidelines, guest, draft=plan_only)
            asked |= await choices.following_request(here.cloud)
            request = (await choices.image_request(here.cloud, guidelines.name)).model_copy(
                update={"attestations": given[0], "waivers": given[1], **asked}
            )
            plan = await runs.plans.create(here.cloud, instance.id, request, guidelines, guest=guest)
            if not (plan_only or yes) and _may_be_inspected(plan) and agreed("Inspect the guest by SSH first?"):
                guest = await inspect_guest(here, instance, access, guidelines)
                plan = await runs.plans.create(here.cloud, instance.id, request, guidelines, guest=guest)
        start = Start(plan, runs, here.resolved, guidelines, invocation.json, invocation.reports)
        return await print_or_carry_out(start, plan_only=plan_only, yes=yes)


def _may_be_inspected(plan: Plan) -> bool:
    """Whether an inspection by SSH is missing, and may be had."""
    missing = any(one.kind is ObstacleKind.UNINSPECTED for one in obstacles(plan))
    return missing and plan.source is not None and plan.source.is_running


async def _with_texts(
    here: session.Session,
    instance: Instance,
    choices: CreateOptions,
    guidelines: Profile,
    guest: Fact[GuestFacts],
    *,
    draft: bool,
) -> CreateOptions:
    """See that there are a name and a description: the console chooses those of a draft, the user those of an image.

    Raises:
        UsageError: one is missing, and this is no draft; the message suggests one.
    """
    if choices.name is not None and choices.description is not None:
        return choices
    facts = with_guest(await gather_facts(here.cloud, instance.id, here.clock), guest)
    if instance.image_id is not None:
        kept = await in_thread(guests(here).inventory, instance.image_id)
        facts = facts.model_copy(update={"base_inventory": kept})
    name = suggest_name(instance.name, session.now().date(), guidelines, facts.images.value or ())
    return choices.with_texts(name, draft_description(facts), draft=draft)
