"""What the rest of the program may ask of a guest, and what the guest's side may ask of the user."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from models.base import Frozen
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.text import CleanText


class GuestAccess(Frozen):
    """What the user said about the login; what is left out is found out (addresses, ssh config, agent, image)."""

    user: str | None = None
    address: str | None = None
    port: int | None = None
    key_file: Path | None = None
    host_key: str | None = None
    """`SHA256:…`: the fingerprint that is trusted although it is not in known_hosts."""
    ssh_config: Path | None = None
    """Another ssh config than ~/.ssh/config."""
    other_machine: str | None = None
    """The instance's name, typed by a user who wants a machine that says that it is another one."""


class HostKeyQuestion(Frozen):
    """A host key that is not in known_hosts."""

    address: CleanText
    algorithm: CleanText
    fingerprint: CleanText
    """`SHA256:…`"""
    console: CleanText
    """What the instance's console log says about it: it names this very key, others, or none any more."""


class MachineQuestion(Frozen):
    """A machine that says that it is another instance than the one that was asked for, or says nothing."""

    instance: CleanText
    """Its name."""
    instance_id: CleanText
    address: CleanText
    said: CleanText
    """By which ids the machine goes, as a sentence."""
    is_other: bool
    """Whether it says that it is another one: then the instance's name has to be typed."""

    @property
    def typed(self) -> str:
        """The word that has to be typed."""
        return self.instance


class Asking(Protocol):
    """The user at the screen; without one every answer is None or False."""

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:
        """As whom to log in, when no guess was let in; None gives up."""

    async def host_key(self, question: HostKeyQuestion) -> bool:
        """Whether this host key is the right one; it is then remembered in known_hosts."""

    async def passphrase(self, key_file: Path) -> str | None:
        """The passphrase of a private key; None leaves that key out."""

    async def machine(self, question: MachineQuestion) -> bool | None:
        """Whether this machine is the right one all the same; None where nobody is there to say so."""


class Nobody:
    """Nobody is there to answer: commands and tests."""

    async def user(self, guesses: tuple[str, ...], address: str) -> str | None:  # noqa: ARG002  # the Protocol's names
        """Give up."""
        return None

    async def host_key(self, question: HostKeyQuestion) -> bool:  # noqa: ARG002  # the Protocol's names
        """Trust nothing."""
        return False

    async def passphrase(self, key_file: Path) -> str | None:  # noqa: ARG002  # the Protocol's names
        """Leave that key out."""
        return None

    async def machine(self, question: MachineQuestion) -> bool | None:  # noqa: ARG002  # the Protocol's names
        """Say nothing."""
        return None


@dataclass(frozen=True)
class CommandResult:
    """How a command in the guest ended."""

    status: int
    """Its exit status; negative for a signal."""
    output: bytes
    errors: str
    """Its standard error, cleaned, at most 4,000 characters."""


class GuestShell(Protocol):
    """An open shell in a guest."""

    user: str
    address: str

    async def run(
        self,
        command: str,
        *,
        stdin: bytes = b"",
        seconds: float,
        limit_bytes: int = 8_000_000,
        as_root: bool = False,
        received: Callable[[int], None] | None = None,
    ) -> CommandResult:
        """Run a shell command (for `sh`, under any login shell).

        Args:
            command: for `sh -c`.
            stdin: what it reads.
            seconds: how long it may take; then it is ended.
            limit_bytes: how much it may print; then it is ended.
            as_root: through `sudo -n`; GuestLoginError where sudo asks for a password.
            received: told how many bytes have come so far, for progress.

        Raises:
            GuestUnreachableError: the connection was cut, or time was up.
            BadProbeError: it printed more than the limit.
        """

    async def close(self) -> None:
        """Close the connection within two seconds."""


@dataclass(frozen=True)
class Progress:
    """How far a probe or a copy is, in words for the status line."""

    text: str
    done: int | None = None
    total: int | None = None
    stays: bool = False
    """Whether the user should still see it when all is over, such as why a host key was trusted."""


Telling = Callable[[Progress], None]
"""Shows progress."""


@dataclass(frozen=True)
class LoginRoute:
    """All that is needed to get into one guest, and who is told and asked on the way."""

    instance: Instance
    image: Image | None
    """What it was launched from, for a guess at the user; None where that is not known."""
    access: GuestAccess
    asking: Asking
    tell: Telling
    cloud_log: Callable[[], Awaitable[str]] | None = None
    """Reads the instance's console log, for its host keys; it may raise ImagingError."""
