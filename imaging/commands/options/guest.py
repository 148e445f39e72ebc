"""The options that say how to get into a guest, and who answers its questions on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.cloud.login.resolution import ResolvedCloud
from imaging.commands.options.invocation import Function
from imaging.commands.output.prompts import agreed, answered, hidden, is_interactive, typed
from imaging.commands.output.streams import say
from imaging.guest.host_keys import names
from imaging.guest.host_keys.names import Host
from imaging.guest.interface import Asking, GuestAccess, HostKeyQuestion, MachineQuestion, Nobody, Progress
from models.base import Frozen
from models.errors import UsageError
from models.text import one_line


class GuestOptions(Frozen):
    """What the user said about the login to the guest."""

    user: str | None
    address: str | None
    port: int | None
    key: Path | None
    host_key: str | None
    ssh_config: Path | None
    other_machine: str | None

    def access(self, resolved: ResolvedCloud) -> GuestAccess:
        """The login: what was said, and the ssh config that the cloud's own entry names where none was."""
        return GuestAccess(
            user=self.user,
            address=self.address,
            port=self.port,
            key_file=self.key,
            host_key=self.host_key,
            ssh_config=self.ssh_config or resolved.ssh_config,
            other_machine=self.other_machine,
        )


_FILE = click.Path(dir_okay=False, path_type=Path)
_PORT = click.option(
    "--port", type=click.IntRange(1, 65535), metavar="PORT", help="Connect to this port; by default 22."
)
_KEY = click.option("--key", type=_FILE, metavar="FILE", help="Offer this private key, in addition to the agent's.")
_HOST_KEY = click.option("--host-key", metavar="SHA256:…", help="Trust this host key even if it is not in known_hosts.")
_SSH_CONFIG = click.option(
    "--ssh-config", type=_FILE, metavar="FILE", help="Read this ssh config instead of ~/.ssh/config."
)
_OPTIONS = (
    click.option("--user", metavar="USER", help="Log in as this user; by default guessed from the image."),
    click.option("--address", metavar="ADDRESS", help="Connect to this address; by default one that the cloud lists."),
    _PORT,
    _KEY,
    _HOST_KEY,
    _SSH_CONFIG,
    click.option(
        "--other-machine",
        metavar="NAME",
        help="Continue even if the machine or the report says that it is another instance.",
    ),
)
NAMES = ("user", "address", "port", "key", "host_key", "ssh_config", "other_machine")
"""The options' names as click hands them over."""


def guest_options(function: Function) -> Function:
    """Add the options of the login to a guest, in their order."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def host_login_options(function: Function) -> Function:
    """Add the options of the login to a machine that is named with its user already."""
    user = click.option("--user", metavar="USER", help="Log in as this user, instead of USER@ before the host.")
    for option in (_SSH_CONFIG, _HOST_KEY, _KEY, _PORT, user):
        function = option(function)
    return function


def host_and_access(
    named: str, *, user: str | None, port: int | None, key: Path | None, host_key: str | None, ssh_config: Path | None
) -> tuple[Host, GuestAccess]:
    """The machine that `[USER@]HOST` names, and the login to it.

    Raises:
        UsageError: the user is no user's name or named twice, or the host is no address and no host name.
    """
    said, at, host = named.rpartition("@")
    if at and user is not None:
        raise UsageError("The user is named twice.", remedy="Use either USER@HOST or --user.")
    if at or user is not None:
        user = names.user(said if user is None else user, "The user of --ssh")
    if host.startswith("[") and host.endswith("]"):  # as an IPv6 address stands in a URL
        host = host[1:-1]
    access = GuestAccess(user=user, port=port, key_file=key, host_key=host_key, ssh_config=ssh_config)
    return names.host(host, "The host of --ssh"), access


def pop_guest_options(options: dict[str, Any]) -> GuestOptions:
    """Take these options out of a command's others.

    Raises:
        UsageError: the user is no user's name, or the address no address and no host name.
    """
    said = GuestOptions(**{name: options.pop(name) for name in NAMES})
    if said.user is not None:
        names.user(said.user, "--user")
    if said.address is not None:
        names.host(said.address, "--address")
    return said


class TerminalQuestions:
    """Asks at the terminal. Nothing else runs meanwhile, so that blocking the loop harms nobody."""

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in."""
        tried = ", ".join(guesses)
        say(f"{address} rejected every login: {tried}." if tried else "No user name is known.")
        while (named := answered("Log in as (empty to give up): ")) and not names.is_user(named):
            say(names.USER_FORM)
        return named or None

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether the key is the right one."""
        say(f"The host key of {question.address} is not in known_hosts yet.")
        say(f"  {question.algorithm} {question.fingerprint}")
        say(f"  {question.console}")
        return agreed("Trust it from now on?")

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a key."""
        return hidden(f"Passphrase of {one_line(str(key_file))} (empty to skip the key): ") or None

    async def machine(self, question: MachineQuestion) -> bool | None:
        """Whether the machine is the right one all the same."""
        if question.is_other:
            say(f"{question.address} is not {question.instance} ({question.instance_id}).")
            say(f"  {question.said}")
            return typed("Nothing was read or changed there. Continue anyway?", question.typed)
        say(f"Could not confirm that {question.address} is {question.instance} ({question.instance_id}).")
        say(f"  {question.said}")
        return agreed("Is it the right machine?")


def asking() -> Asking:
    """The user who answers."""
    return TerminalQuestions() if is_interactive() else Nobody()


class ProgressLines:
    """Says each new step of a probe on standard error, once."""

    def __init__(self) -> None:
        self._last_text = ""

    def __call__(self, progress: Progress) -> None:
        """Say it, unless it was said just now; numbers that only grow are not repeated."""
        if progress.text != self._last_text:
            self._last_text = progress.text
            say(progress.text)
