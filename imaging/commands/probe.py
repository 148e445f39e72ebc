"""`imaging probe`: the facts of the inside of an instance, without a judgement."""

from __future__ import annotations

from typing import Any

import click

from imaging.commands.documents.guest import guest_document
from imaging.commands.flow import session
from imaging.commands.flow.inspection import inspect_guest
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import GuestOptions, guest_options, pop_guest_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.guest_text import guest_lines
from imaging.commands.output.streams import write, write_json, write_raw
from imaging.guest.probe import BY_HAND, script
from imaging.guidelines.guest.questions import questions_for
from models.cloud.instance import Instance
from models.errors import GuestError, UsageError
from models.exit_code import ExitCode
from models.guest.facts import GuestFacts


@click.command(
    name="probe",
    cls=CommandWithExamples,
    examples=(
        Example("imaging probe --show | less", "read what will be run in the guest, before you allow it"),
        Example("imaging probe db-07", "inspect an instance by SSH; nothing is changed in it"),
        Example("imaging probe db-07 --user ubuntu --key ~/.ssh/survey", "choose user and key"),
        Example("imaging probe db-07 --json | jq .facts.mounts", "one part of the facts"),
    ),
)
@click.argument("instance", required=False)
@click.option("--show", is_flag=True, help="Print the script that would be run, without running it.")
@guest_options
@everywhere
def command(invocation: Invocation, instance: str | None, show: bool, **options: Any) -> ExitCode:
    """Inspect a running instance by SSH and print what was found.

    INSTANCE is a name or an id. A read-only script is run in the guest, as root if `sudo -n` allows it. What it
    cannot read is reported as unknown. Of files with secrets it reports the location, never the content.
    """
    if show:
        write_raw(script(questions_for(session.profile(invocation)), nonce=BY_HAND))
        return ExitCode.DONE
    if instance is None:
        raise UsageError("No instance was named.", remedy="Use imaging probe INSTANCE, or imaging probe --show.")
    found, facts = session.run(_probe(invocation, instance, pop_guest_options(options)))
    if invocation.json:
        write_json(guest_document(found, facts))
    else:
        write("\n".join(guest_lines(found, facts)))
    return ExitCode.DONE


async def _probe(invocation: Invocation, wanted: str, options: GuestOptions) -> tuple[Instance, GuestFacts]:
    guidelines = session.profile(invocation)
    async with session.logged_in(invocation) as here:
        instance = await instance_named(here.cloud, wanted)
        fact = await inspect_guest(here, instance, options, guidelines)
    if fact.value is None:
        raise GuestError(fact.unknown_because or "The guest reported nothing.")
    return instance, fact.value
