"""`imaging save`: directories of an instance copied to this machine, before an image loses or publishes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.commands import session
from imaging.commands.choosing import instance_named
from imaging.commands.guest_options import GuestOptions, guest_options, taken
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.looking_inside import guests, refuse_stopped, way_in
from imaging.commands.output import say, write
from imaging.commands.teaching import Example, TeachingCommand
from models.errors import ExitCode


@click.command(
    name="save",
    cls=TeachingCommand,
    examples=(
        Example("imaging save db-07 /home/ada --to ~/from-db-07", "copy a home directory to this machine"),
        Example("imaging save db-07 /home/ada/Desktop /root --to /data/saved", "several; again goes on where it ended"),
    ),
)
@click.argument("instance")
@click.argument("directories", nargs=-1, required=True, metavar="DIRECTORY...")
@click.option(
    "--to", "target", required=True, type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Folder of this machine to copy into; it is made if it is not there.",
)  # fmt: skip
@guest_options
@everywhere
def command(said: Invocation, instance: str, directories: tuple[str, ...], target: Path, **options: Any) -> ExitCode:
    """Copy directories of a running instance to this machine, by SSH.

    INSTANCE is a name or an id, DIRECTORY a path in the guest. Every file is compared by its checksum. What was copied
    before is not copied again, so that a broken copy is gone on with by the same command. Nothing is changed in the
    guest, and nothing is overwritten here. The exit status is 1 when a file could not be copied.
    """
    return session.run(_save(said, instance, directories, target, taken(options)))


async def _save(
    said: Invocation, wanted: str, directories: tuple[str, ...], target: Path, options: GuestOptions
) -> ExitCode:
    async with session.logged_in(said) as here:
        instance = await instance_named(here.cloud, wanted)
        refuse_stopped(instance)
        way = await way_in(here, instance, options)
        saved = await guests(here).save(way, directories=directories, target=target)
    write(saved.summary)
    for path, why in saved.left_out:
        say(f"Not copied: {path}: {why}")
    return ExitCode.VIOLATIONS if saved.left_out else ExitCode.DONE
