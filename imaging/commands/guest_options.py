"""The options that say how to get into a guest, and who answers its questions on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.cloud.resolution import ResolvedCloud
from imaging.commands.invocation import Function
from imaging.commands.output import say
from imaging.commands.prompting import agreed, answered, hidden, somebody_is_there
from imaging.guest.interface import Asking, GuestAccess, HostKeyQuestion, Nobody, Progress
from models.base import Frozen
from models.text import one_line


class GuestOptions(Frozen):
    """What the user said about the way into the guest."""

    user: str | None
    address: str | None
    port: int | None
    key: Path | None
    host_key: str | None
    ssh_config: Path | None

    def access(self, resolved: ResolvedCloud) -> GuestAccess:
        """The way in: what was said, and the ssh config that the cloud's own entry names where none was."""
        return GuestAccess(
            user=self.user,
            address=self.address,
            port=self.port,
            key_file=self.key,
            host_key=self.host_key,
            ssh_config=self.ssh_config or resolved.ssh_config,
        )


_FILE = click.Path(dir_okay=False, path_type=Path)
_OPTIONS = (
    click.option("--user", metavar="USER", help="Log in as this user, instead of a guess by the image."),
    click.option("--address", metavar="ADDRESS", help="Go to this address, instead of those that the cloud lists."),
    click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="Go to this port instead of 22."),
    click.option("--key", type=_FILE, metavar="FILE", help="Offer this private key, beside the agent's."),
    click.option("--host-key", metavar="SHA256:…", help="Trust this host key although it is not in known_hosts."),
    click.option("--ssh-config", type=_FILE, metavar="FILE", help="Read this ssh config instead of ~/.ssh/config."),
)
NAMES = ("user", "address", "port", "key", "host_key", "ssh_config")
"""The options' names as click hands them over."""


def guest_options(function: Function) -> Function:
    """Add the options of the way into a guest, in their order."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def taken(options: dict[str, Any]) -> GuestOptions:
    """Take these options out of a command's others."""
    return GuestOptions(**{name: options.pop(name) for name in NAMES})


class AtTerminal:
    """Asks at the terminal. Nothing else runs meanwhile, so that blocking the loop harms nobody."""

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in."""
        tried = ", ".join(one_line(guess) for guess in guesses) or "nobody"
        say(f"{one_line(address)} lets none of these in: {tried}.")
        return answered("Log in as (empty to give up): ") or None

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether the key is the right one."""
        say(f"The host key of {one_line(question.address)} is not known here yet.")
        say(f"  {one_line(question.algorithm)} {one_line(question.fingerprint)}")
        say(f"  {one_line(question.console)}")
        return agreed("Trust it from now on?")

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a key."""
        return hidden(f"Passphrase of {one_line(str(key_file))} (empty to leave it out): ") or None


def asking() -> Asking:
    """Whoever is there to answer."""
    return AtTerminal() if somebody_is_there() else Nobody()


class TellLines:
    """Says each new step of a probe on standard error, once."""

    def __init__(self) -> None:
        self._said = ""

    def __call__(self, progress: Progress) -> None:
        """Say it, unless it was said just now; numbers that only grow are not repeated."""
        if progress.text != self._said:
            self._said = progress.text
            say(one_line(progress.text))
