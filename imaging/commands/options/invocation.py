"""What the user says to every command: which cloud, which guidelines, and whether a machine will read the answer."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from imaging.commands.output.reports.writing import Reports


@dataclass(frozen=True)
class Invocation:
    """The options that every command knows, wherever on the command line they stood."""

    os_cloud: str | None = None
    """A name in clouds.yaml; None leaves the choice to `OS_CLOUD` and to what there is."""
    demo: bool = False
    """Use the demonstration cloud."""
    profile: str | None = None
    """The name of the guidelines; None leaves the choice to the settings."""
    json: bool = False
    """Whether standard output is for a machine."""
    reports: Reports | None = None
    """What else is to be written, and where; None of commands that write no reports."""

    def refined(self, *, os_cloud: str | None, demo: bool, profile: str | None, json: bool) -> Invocation:
        """What was said after the command's name goes before what was said ahead of it."""
        return Invocation(os_cloud or self.os_cloud, demo or self.demo, profile or self.profile, json or self.json)


Function = Callable[..., Any]


def _completed_by(value: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from imaging.commands.shell.values import completer  # noqa: PLC0415  # for completion alone

        complete_value = completer(value)
        return complete_value(ctx, parameter, incomplete) if complete_value is not None else []

    return complete


_OPTIONS = (
    click.option("--json", is_flag=True, help="Write JSON to standard output."),
    click.option(
        "--profile",
        metavar="PROFILE",
        shell_complete=_completed_by("PROFILE"),
        help="Guidelines to check: jetstream, jetstream2, openstack, or your own.",
    ),
    click.option("--demo", is_flag=True, help="Use the demonstration cloud on this machine; started if needed."),
    click.option(
        "--os-cloud",
        metavar="NAME",
        shell_complete=_completed_by("CLOUD"),
        help="Cloud in clouds.yaml to use instead of OS_CLOUD.",
    ),
)


def add_options(function: Function) -> Function:
    """Add the options that every command knows."""
    for option in _OPTIONS:
        function = option(function)
    return function


def everywhere(function: Function) -> Function:
    """Add those options to a command, which then gets them as an `Invocation`, its first argument."""

    @click.pass_obj
    @functools.wraps(function)
    def wrapper(
        outer: Invocation | None,
        /,
        *,
        os_cloud: str | None,
        demo: bool,
        profile: str | None,
        json: bool,
        **arguments: Any,
    ) -> Any:
        invocation = (outer or Invocation()).refined(os_cloud=os_cloud, demo=demo, profile=profile, json=json)
        return function(invocation, **arguments)

    return add_options(wrapper)
