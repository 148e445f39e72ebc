"""`imaging probe`: the facts of the inside of an instance, without a judgement."""

from __future__ import annotations

from typing import Any

import click

from imaging.commands import session
from imaging.commands.choosing import instance_named
from imaging.commands.converting import guest_document
from imaging.commands.guest_options import GuestOptions, guest_options, taken
from imaging.commands.guest_text import guest_lines
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.looking_inside import look_inside
from imaging.commands.output import write, write_json, write_raw
from imaging.commands.teaching import Example, TeachingCommand
from imaging.guest.probe import script
from imaging.guidelines.questions import questions_for
from models.errors import ExitCode, GuestError, UsageError
from models.guest.facts import GuestFacts
from models.instance import Instance


@click.command(
    name="probe",
    cls=TeachingCommand,
    examples=(
        Example("imaging probe --show | less", "read what will be run in the guest, before you allow it"),
        Example("imaging probe db-07", "look into an instance by SSH; nothing is changed in it"),
        Example("imaging probe db-07 --user ubuntu --key ~/.ssh/survey", "say how to get in"),
        Example("imaging probe db-07 --json | jq .facts.mounts", "one part of the facts"),
    ),
)
@click.argument("instance", required=False)
@click.option("--show", is_flag=True, help="Print the script that would be run, and do nothing.")
@guest_options
@everywhere
def command(said: Invocation, instance: str | None, show: bool, **options: Any) -> ExitCode:
    """Look into a running instance by SSH and print what is there.

    INSTANCE is a name or an id. A read-only script is run in the guest, as root where `sudo -n` allows it. What it
    could not read is said to be unknown. Of files with secrets it tells where they are, never what they hold.
    """
    if show:
        write_raw(script(questions_for(session.profile(said)), nonce="0"))
        return ExitCode.DONE
    if instance is None:
        raise UsageError("Which instance?", remedy="imaging probe INSTANCE, or imaging probe --show")
    found, facts = session.run(_probe(said, instance, taken(options)))
    if said.json:
        write_json(guest_document(found, facts))
    else:
        write("\n".join(guest_lines(found, facts)))
    return ExitCode.DONE


async def _probe(said: Invocation, wanted: str, options: GuestOptions) -> tuple[Instance, GuestFacts]:
    guidelines = session.profile(said)
    async with session.logged_in(said) as here:
        instance = await instance_named(here.cloud, wanted)
        fact = await look_inside(here, instance, options, guidelines)
    if fact.value is None:
        raise GuestError(fact.unknown_because or "The guest told nothing.")
    return instance, fact.value
