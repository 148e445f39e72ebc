"""`imaging create`: an image made from an instance, tested, and the instance put back as it was."""

from __future__ import annotations

import shlex
from typing import Any

import click

from imaging.cloud.gathering import gather_facts
from imaging.commands import session
from imaging.commands.agreeing import refuse_unasked
from imaging.commands.choosing import instance_named
from imaging.commands.guest_options import GuestOptions, guest_options, taken
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.looking_inside import known_guest, look_inside
from imaging.commands.requesting import CreateOptions, attestations, create_options, waivers
from imaging.commands.starting import Start, carry_out, print_plan
from imaging.commands.teaching import Example, TeachingCommand
from imaging.guidelines.describing import draft_description
from imaging.guidelines.naming import suggest_name
from models.errors import UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.instance import Instance
from models.profile import Profile
from models.request import RunRequest, Visibility

_EXAMPLES = (
    Example("imaging create db-07 --plan", "what would be done, and how by hand with the openstack command"),
    Example(
        "imaging create db-07 --name db-07-v1 --description 'PostgreSQL 16 on Ubuntu 24.04, with PostGIS'",
        "the whole run, after asking; ctrl+c leaves it running",
    ),
    Example(
        "imaging create db-07 --name N --description T --yes --attest SW-ATTEST --json",
        "from a script: nobody is asked, and the run is written as JSON at the end",
    ),
    Example(
        "imaging create db-07 --name N --description T --visibility shared --member PROJECT"
        " --waive PROP-VISIBILITY='looked through by hand'",
        "share the image with another project once it was seen to boot",
    ),
)


@click.command(name="create", cls=TeachingCommand, examples=_EXAMPLES)
@click.argument("instance")
@create_options
@click.option("--probe", is_flag=True, help="Look into the guest by SSH first; nothing is changed there.")
@guest_options
@click.option("--plan", "plan_only", is_flag=True, help="Only print what would be done, and how to do it by hand.")
@click.option("--yes", is_flag=True, help="Agree to the plan beforehand; this gives no --attest and no --waive.")
@everywhere
def command(said: Invocation, instance: str, *, probe: bool, plan_only: bool, yes: bool, **options: Any) -> int:
    """Make an image of an instance, prove that it boots, and put the instance back.

    INSTANCE is a name or an id. The instance is stopped, its volumes are detached, its root disk becomes an image, and
    then volumes and power are put back. A small test instance is launched from the image, its console is read, and it
    is removed again. A process of its own does the work: closing the terminal does not end it.

    The exit status is 0 only if the image was seen to boot (or --no-test was given) and the instance is as it was.
    """
    way = taken(options)
    wish = CreateOptions(**options)
    _refuse_contradictions(wish)
    if not plan_only:
        session.refuse_read_only()
        refuse_unasked(yes=yes, instead=", or --plan to see only what would be done")
    return session.run(_create(said, instance, wish, way if probe else None, plan_only=plan_only, yes=yes))


def _refuse_contradictions(wish: CreateOptions) -> None:
    if wish.member and wish.visibility is not Visibility.SHARED:
        raise UsageError(
            "--member shares the image, but the image is not to be shared.", remedy="Add --visibility shared."
        )
    if wish.no_test and wish.keep_test:
        raise UsageError(
            "--no-test launches no test instance that --keep-test could keep.", remedy="Leave one of them out."
        )
    if wish.publish_unverified is not None and wish.publish_unverified != wish.name:
        raise UsageError(
            "--publish-unverified must repeat the name of the image, as --name gives it.",
            remedy=f"--name gives {wish.name!r}." if wish.name else "Give --name too.",
        )
    if wish.no_test and wish.visibility is not Visibility.PRIVATE and wish.publish_unverified is None:
        raise UsageError(
            "An image is shared only once it has been seen to boot, and --no-test launches nothing.",
            remedy="Leave out --no-test, or insist with --publish-unverified and the image's name.",
        )


async def _create(
    said: Invocation, wanted: str, wish: CreateOptions, way: GuestOptions | None, *, plan_only: bool, yes: bool
) -> int:
    guidelines = session.profile(said)
    given = attestations(wish.attest, session.now()), waivers(wish.waive)
    async with session.own_runs() as runs:
        async with session.logged_in(said) as here:
            instance = await instance_named(here.cloud, wanted)
            guest = known_guest(here, instance) if way is None else await look_inside(here, instance, way, guidelines)
            wish = await _with_texts(here, instance, wish, guidelines, guest, draft=plan_only)
            request = RunRequest(
                name=wish.name or "",
                description=wish.description or "",
                mode=wish.mode,
                profile=guidelines.name,
                visibility=wish.visibility,
                members=wish.member,
                publish_unverified=wish.publish_unverified is not None,
                network_id=await wish.network_id(here.cloud),
                flavor_id=await wish.flavor_id(here.cloud),
                test=not wish.no_test,
                keep_test=wish.keep_test,
                timeout_seconds=wish.timeout,
                on_failure=wish.on_failure,
                attestations=given[0],
                waivers=given[1],
            )
            plan = await runs.plan(here.cloud, instance.id, request, guidelines, guest=guest)
        if plan_only:
            return print_plan(plan, json=said.json)
        return await carry_out(Start(plan, runs, here.resolved, guidelines, said.json), yes=yes)


async def _with_texts(
    here: session.Session,
    instance: Instance,
    wish: CreateOptions,
    guidelines: Profile,
    guest: Fact[GuestFacts],
    *,
    draft: bool,
) -> CreateOptions:
    """See to it that there are a name and a description: for a draft ours will do, for an image they are the user's.

    Raises:
        UsageError: one is missing, and this is no draft; the message suggests one.
    """
    if wish.name is not None and wish.description is not None:
        return wish
    facts = (await gather_facts(here.cloud, instance.id, here.clock)).model_copy(update={"guest": guest})
    name = wish.name or suggest_name(instance.name, session.now().date(), guidelines, facts.images.value or ())
    description = wish.description or draft_description(facts)
    if draft:
        return wish.model_copy(update={"name": name, "description": description})
    missing = " and ".join(
        option for option, text in (("--name", wish.name), ("--description", wish.description)) if text is None
    )
    raise UsageError(
        f"The image needs {missing}.",
        meaning="Nothing was changed.",
        remedy=f"For example: --name {shlex.quote(name)} --description {shlex.quote(description)}",
    )
