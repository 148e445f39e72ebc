"""`imaging seal`: a sealed image made of an image that exists, which stays as it is."""

from __future__ import annotations

import shlex
from typing import Any

import click

from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.deep_check import inspect_by_run
from imaging.commands.flow.inspection import guests
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import PLAN_OPTION
from imaging.commands.options.report_files import reporting
from imaging.commands.options.run_options import seal_options
from imaging.commands.options.run_request import SealOptions, refuse_relative
from imaging.commands.options.things_named import image_named
from imaging.commands.output.streams import say
from imaging.runs.plan.seal.request import proposed_description, proposed_name, seal_request
from models.cloud.image import Image
from models.errors import UsageError
from models.exit_code import ExitCode
from models.guidelines.profile import Profile
from models.run.request import RunRequest

_EXAMPLES = (
    Example("imaging seal db-07-v1 --plan", "what would be removed; the image has to be inspected once for that"),
    Example(
        "imaging seal db-07-v1 --name db-07-course --description 'PostgreSQL 16 with PostGIS, for the course'",
        "inspect it if nobody has, show what will be lost, ask, seal a copy and prove it",
    ),
    Example("imaging seal db-07-v1 --name N --description T --keep-home ada --yes", "keep a home, without questions"),
)


@click.command(name="seal", cls=CommandWithExamples, examples=_EXAMPLES)
@click.argument("image")
@seal_options
@PLAN_OPTION
@click.option("--yes", is_flag=True, help="Agree to the inspection and to the plan beforehand.")
@everywhere
@reporting()
def command(invocation: Invocation, image: str, *, plan_only: bool, yes: bool, **options: Any) -> int:
    """Make a sealed image of an image, and prove that it is sealed.

    IMAGE is a name or an id; it stays as it is. A temporary clone of it is sealed: people, homes, keys, secrets, logs
    and the names of the machine that it was made of are taken away. The clone is imaged and removed, and the sealed
    image is tested. What is taken away is planned from an inspection of the image by a temporary instance, which is
    made first unless one is known from the last day.

    The exit status is 0 only if the new image booted, is proved to be sealed, and none of its checks and tests failed.
    """
    choices = SealOptions(**options)
    session.refuse_read_only()
    require_confirmation(yes=yes, instead="; --plan inspects the image, too, if nobody has")
    return session.run(_seal(invocation, image, choices, plan_only=plan_only, yes=yes))


async def _seal(invocation: Invocation, wanted: str, choices: SealOptions, *, plan_only: bool, yes: bool) -> int:
    guidelines = session.profile(invocation)
    asked = choices.work_request()  # refused before anything is asked of the cloud
    async with session.own_runs() as runs:
        async with session.logged_in(invocation) as here:
            image = await image_named(here.cloud, wanted)
            asked |= await choices.following_request(here.cloud)
            request = await _request(here, choices, image, guidelines, draft=plan_only)
            request = request.model_copy(update={**asked, "list_base": choices.list_base})
            guest = guests(here).stored(image.id)
            if guest.value is None or guest.value.is_of_file:
                say(f"{image.name} has to be inspected first: what a seal removes is planned from that.")
                plan = await runs.plans.image_check(here.cloud, image.id, request, guidelines)
                status = await inspect_by_run(runs, here, plan, guidelines, yes=yes)
                if status is not ExitCode.DONE:
                    return status
                guest = guests(here).stored(image.id)
            plan = await runs.plans.seal(here.cloud, image.id, request, guidelines, guest=guest)
        start = Start(plan, runs, here.resolved, guidelines, invocation.json, invocation.reports)
        return await print_or_carry_out(start, plan_only=plan_only, yes=yes)


async def _request(
    here: session.Session, choices: SealOptions, image: Image, guidelines: Profile, *, draft: bool
) -> RunRequest:
    """What the options ask for.

    Raises:
        UsageError: there is no name or no description for the new image, or what is to be kept is no path.
    """
    refuse_relative(choices.keep)
    name, description = choices.name, choices.description
    if draft:
        name, description = name or proposed_name(image), description or proposed_description(image)
    if not name or not description:
        missing = " and ".join(
            option for option, text in (("--name", name), ("--description", description)) if not text
        )
        raise UsageError(
            f"The sealed image needs {missing}.",
            meaning="Nothing was changed.",
            remedy=f"For example: --name {shlex.quote(proposed_name(image))} --description '…'",
        )
    return seal_request(
        name,
        description,
        profile=guidelines.name,
        keep_homes=choices.keep_home,
        keep_paths=choices.keep,
        keep_test=choices.keep_test,
        network_id=await choices.network_id(here.cloud),
        flavor_id=await choices.flavor_id(here.cloud),
        timeout_seconds=choices.timeout_seconds,
    )
