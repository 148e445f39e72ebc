"""`imaging save`: directories of an instance copied to this machine, before an image loses or publishes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.commands.flow import session
from imaging.commands.flow.inspection import guests, login_route, refuse_stopped
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import GuestOptions, guest_options, pop_guest_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.streams import say, write
from models.exit_code import ExitCode


@click.command(
    name="save",
    cls=CommandWithExamples,
    examples=(
        Example("imaging save db-07 /home/ada --to ~/from-db-07", "copy a home directory to this machine"),
        Example(
            "imaging save db-07 /home/ada/Desktop /root --to /data/saved",
            "several; run again to continue a broken copy",
        ),
    ),
)
@click.argument("instance")
@click.argument("directories", nargs=-1, required=True, metavar="DIRECTORY...")
@click.option(
    "--to", "target", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Folder on this machine to copy into; created if needed.",
)  # fmt: skip
@guest_options
@everywhere
def command(
    invocation: Invocation, instance: str, directories: tuple[str, ...], target: Path, **options: Any
) -> ExitCode:
    """Copy directories of a running instance to this machine, by SSH.

    INSTANCE is a name or an id, DIRECTORY a path in the guest. Every file is verified by its checksum. The same command
    continues a broken copy: finished files are not copied again. Nothing is changed in the guest, and nothing is
    overwritten on this machine. The exit status is 1 if a file could not be copied.
    """
    return session.run(_save(invocation, instance, directories, target, pop_guest_options(options)))


async def _save(
    invocation: Invocation, wanted: str, directories: tuple[str, ...], target: Path, options: GuestOptions
) -> ExitCode:
    async with session.logged_in(invocation) as here:
        instance = await instance_named(here.cloud, wanted)
        refuse_stopped(instance)
        route = await login_route(here, instance, options)
        saved = await guests(here).save(route, directories=directories, target=target)
    write(saved.summary)
    for path, why in saved.left_out:
        say(f"Not copied: {path}: {why}")
    return ExitCode.VIOLATIONS if saved.left_out else ExitCode.DONE
