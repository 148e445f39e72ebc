"""The entry point: `imaging` alone is the console, `imaging COMMAND` the same program without a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from imaging.commands.invocation import Invocation, add_options
from imaging.commands.teaching import Entry, Example, LateGroup

INTERRUPTED = 130
"""The exit status after ctrl+c."""
PIPE_CLOSED = 141
"""The exit status when whoever read the output has gone away, as of a program that ends by SIGPIPE."""

ENTRIES = {
    "instances": Entry("imaging.commands.instances", "List the instances of the project."),
    "images": Entry("imaging.commands.images", "List the images that the project can see."),
    "check": Entry("imaging.commands.check", "Check one instance against the imaging guidelines."),
    "probe": Entry("imaging.commands.probe", "Look into a running instance by SSH and print what is there."),
    "save": Entry("imaging.commands.save", "Copy directories of a running instance to this machine, by SSH."),
    "create": Entry(
        "imaging.commands.create", "Make an image of an instance, prove that it boots, and put the instance back."
    ),
    "verify": Entry("imaging.commands.verify", "Prove that an image boots: the test launch alone."),
    "runs": Entry("imaging.commands.runs", "List the runs of this machine, newest first."),
    "watch": Entry("imaging.commands.watch", "Follow a run to its end."),
    "resume": Entry("imaging.commands.resume", "Go on with a run, with a new login."),
    "cancel": Entry("imaging.commands.cancel", "End a run and put its instance back."),
    "undo": Entry("imaging.commands.undo", "Put the instance of a run back as it was."),
    "demo": Entry("imaging.commands.demo_group", "Run the demonstration cloud alone."),
}


def _tell_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  # slow, and rarely asked for

        try:
            click.echo(f"imaging {version('imaging-console')}")
        except PackageNotFoundError:
            click.echo("imaging, not installed")
        ctx.exit()


@click.group(
    cls=LateGroup,
    entries=ENTRIES,
    invoke_without_command=True,
    examples=(
        Example("imaging --demo", "try the console on a demonstration cloud, without an OpenStack"),
        Example("imaging --os-cloud alice", "the console on a cloud of your clouds.yaml"),
        Example("imaging check db-07", "what the guidelines say of an instance"),
        Example("imaging create db-07 --plan", "what a run would do to it"),
        Example("imaging COMMAND --help", "a command in full, with examples"),
    ),
)
@add_options
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context, /, **said: Any) -> int | None:
    """Turn an OpenStack instance into an image that others can launch, and prove that it boots.

    Without a command the console opens, in this terminal.
    """
    ctx.obj = Invocation(**said)
    if ctx.invoked_subcommand is not None:
        return None
    from imaging.commands.console import open_console  # noqa: PLC0415  # Textual is for the console alone

    return open_console(ctx.obj)


def main() -> None:
    """Run the command line and exit with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit status; every failure was told on standard error, none as a traceback.
    """
    try:
        status = cli.main(args=list(arguments), prog_name="imaging", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click turns the one into the other, and exits for nothing else here
        _forget_output()
        return PIPE_CLOSED
    except Exception as error:  # noqa: BLE001  # nothing may leave as a traceback
        return _told(error)
    return int(status or 0)


def _told(error: Exception) -> int:
    """Tell a failure on standard error, and give the exit status that stands for it."""
    if isinstance(error, click.Abort):
        click.echo("Interrupted.", err=True)
        return INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    from imaging.commands.failing import tell, tell_unexpected  # noqa: PLC0415  # keeps `--help` quick
    from models.errors import ImagingError  # noqa: PLC0415  # the same

    if isinstance(error, ImagingError):
        tell(error)
        return error.exit_code
    return tell_unexpected(error)


def _forget_output() -> None:
    """Nobody reads standard output any more: keep Python from complaining when it flushes it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
