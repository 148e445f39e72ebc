"""The entry point: `imaging` alone is the console, `imaging COMMAND` the same program without a screen."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from imaging.commands.options.command_group import Entry, Example, LateGroup
from imaging.commands.options.invocation import Invocation, add_options
from models.exit_code import ExitCode

ENTRIES = {
    "instances": Entry("imaging.commands.instances", "List the instances of the project."),
    "images": Entry("imaging.commands.images", "List the images that the project can see."),
    "check": Entry("imaging.commands.check", "Check one instance against the imaging guidelines."),
    "inspect": Entry(
        "imaging.commands.inspect",
        "Check an image file, an image of the cloud, or a machine without a cloud: by a report, by SSH, or this one.",
    ),
    "probe": Entry("imaging.commands.probe", "Inspect a running instance by SSH and print what was found."),
    "verdict": Entry("imaging.commands.verdict", "Judge a saved console log: whether the machine booted."),
    "save": Entry("imaging.commands.save", "Copy directories of a running instance to this machine, by SSH."),
    "create": Entry(
        "imaging.commands.create", "Make an image of an instance, prove that it boots, and restore the instance."
    ),
    "seal": Entry("imaging.commands.seal", "Make a sealed image of an image, and prove that it is sealed."),
    "import": Entry(
        "imaging.commands.import_file",
        "Make an image of a disk image file, compare it with the file, and prove that it boots.",
    ),
    "verify": Entry("imaging.commands.verify", "Prove that an image boots and works: only the test launch."),
    "passport": Entry(
        "imaging.commands.passport", "Write the passport of an image: what it is, what was tried, what is in it."
    ),
    "export": Entry("imaging.commands.export", "Make a file of an image: compared, converted, inspected, described."),
    "succession": Entry(
        "imaging.commands.succession",
        "Say which image IMAGE follows, which one follows it, and what changed; hide or delete it.",
    ),
    "runs": Entry("imaging.commands.runs", "List the runs of this machine, newest first."),
    "watch": Entry("imaging.commands.watch", "Follow a run to its end."),
    "resume": Entry("imaging.commands.resume", "Continue a run, with a new login."),
    "cancel": Entry("imaging.commands.cancel", "End a run and restore its instance."),
    "undo": Entry("imaging.commands.undo", "Restore the instance of a run."),
    "demo": Entry("imaging.commands.demo", "Run only the demonstration cloud."),
    "completion": Entry("imaging.commands.completion", "Print the completion script of bash, zsh or fish."),
}


COMPLETE_VARIABLE = "_IMAGING_COMPLETE"
"""Set by the script of a shell that wants to complete a line."""


def _print_version(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
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
        Example("imaging check db-07", "the checklist of an instance"),
        Example("imaging create db-07 --plan", "what a run would do to the instance"),
        Example("imaging COMMAND --help", "the options of a command, with examples"),
    ),
)
@add_options
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def cli(ctx: click.Context, /, **invocation: Any) -> int | None:
    """Turn an OpenStack instance into an image that others can launch, and prove that it boots.

    Without a command the console opens, in this terminal.
    """
    ctx.obj = Invocation(**invocation)
    if ctx.invoked_subcommand is not None:
        return None
    from imaging.commands.console import open_console  # noqa: PLC0415  # Textual is for the console alone

    return open_console(ctx.obj)


def main() -> None:
    """Run the command line and exit with its status."""
    status = run(sys.argv[1:])
    gc.freeze()  # Python would look through all that is left for garbage once more, which takes a fifth of a second
    sys.exit(status)


def run(arguments: Sequence[str]) -> int:
    """Run one command line.

    Returns:
        The exit status; every failure was told on standard error, none as a traceback.
    """
    if (instruction := os.environ.get(COMPLETE_VARIABLE)) is not None:
        return _complete(instruction)
    try:
        status = cli.main(args=list(arguments), prog_name="imaging", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    except (BrokenPipeError, SystemExit):  # click turns the one into the other, and exits for nothing else here
        _discard_output()
        return ExitCode.PIPE_CLOSED
    except Exception as error:  # noqa: BLE001  # nothing may leave as a traceback
        return _report_failure(error)
    return int(status or 0)


def _complete(instruction: str) -> int:
    """Answer a shell. After any failure it gets no completion, and no message disturbs the user's line."""
    from click.shell_completion import shell_complete  # noqa: PLC0415  # for completion alone

    try:
        return shell_complete(cli, {}, "imaging", COMPLETE_VARIABLE, instruction)
    except Exception:  # noqa: BLE001  # see above
        return ExitCode.OWN_MISTAKE


def _report_failure(error: Exception) -> int:
    """Tell a failure on standard error, and give the exit status that stands for it."""
    if isinstance(error, click.Abort):
        click.echo("Interrupted.", err=True)
        return ExitCode.INTERRUPTED
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    from imaging.commands.output.failures import print_unexpected, tell  # noqa: PLC0415  # keeps `--help` quick
    from models.errors import ImagingError  # noqa: PLC0415  # the same

    if isinstance(error, ImagingError):
        tell(error)
        return error.exit_code
    return print_unexpected(error)


def _discard_output() -> None:
    """Nobody reads standard output any more: keep Python from complaining when it flushes it at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.__stdout__.fileno() if sys.__stdout__ else 1)
