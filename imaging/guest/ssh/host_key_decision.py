"""Whether a host key is the right one: known_hosts, what the user said, the console log, the user's confirmation.

A key other than the known one ends the matter: nothing said anywhere lets us continue, for an attack looks the same.
The user can take the old line away by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path
from shlex import quote

import asyncssh

from imaging.guest.host_keys.console_keys import ConsoleKeys, fingerprint_of, read_console_keys
from imaging.guest.host_keys.known_hosts import KnownKeys, known_keys, remember
from imaging.guest.host_keys.names import SSH_PORT, KnownName, known_name
from imaging.guest.interface import Asking, HostKeyQuestion, Progress, Telling
from imaging.guest.ssh.config import Destination
from imaging.runtime.threads import in_thread
from models.errors import HostKeyError, ImagingError
from models.text import one_line

ConsoleLog = Callable[[], Awaitable[str]] | None
"""Reads the instance's console log; called when a key is new, and not before."""


class HostKeys:
    """What is known, and what was decided, of the host keys on one route into a guest."""

    def __init__(
        self,
        asking: Asking,
        tell: Telling,
        *,
        said: str | None = None,
        console: ConsoleLog = None,
        of_guest: bool = True,
    ) -> None:
        """Keep whom to ask.

        Args:
            asking: the user.
            tell: where it is said why a key was trusted.
            said: the fingerprint that the user gave beforehand.
            console: the console log.
            of_guest: whether this is about the guest, of which the user can say something; not about a jump host.
        """
        self._asking = asking
        self._tell = tell
        self._wanted_fingerprint = (
            None if said is None else "SHA256:" + said.strip().removeprefix("SHA256:").rstrip("=")
        )
        self._of_guest = of_guest
        self._console = console
        self._accepted: dict[str, list[asyncssh.SSHKey]] = {}

    async def known(self, goal: Destination) -> KnownKeys:
        """What known_hosts says; a host on another port may stand there without it, and then only its keys count."""
        exact = await in_thread(known_keys, goal.known_hosts, goal.name)
        without_port = known_name(goal.host, SSH_PORT)
        if exact.entries or goal.alias or goal.name == without_port:
            return exact
        loose = await in_thread(known_keys, goal.known_hosts, without_port)
        return KnownKeys(loose.entries, exact=False)

    def trusted(self, goal: Destination, known: KnownKeys) -> list[asyncssh.SSHKey]:
        """The keys that need no decision."""
        return [*known.keys, *self._accepted.get(goal.name, ())]

    async def decide(self, goal: Destination, known: KnownKeys, key: asyncssh.SSHKey) -> None:
        """Decide on a key that is not trusted yet; returns when it is to be trusted.

        Raises:
            HostKeyError: it is not to be trusted.
        """
        fingerprint = fingerprint_of(key.public_data)
        console = await self._read_console()
        # First of all: a fingerprint from the command line must not overrule a key that has changed.
        _refuse_other_than_known(goal, known, fingerprint, console)
        self._refuse_other_than_wanted(goal, fingerprint)
        reason = await self._reason(goal, key, fingerprint, console)
        # Kept here too, for the file may not be writable.
        self._accepted.setdefault(goal.name, []).append(key)
        remembered = await in_thread(_remembered, goal.remember_in, goal.name, key)
        self._tell(Progress(f"{reason} {remembered}", stays=True))

    def _refuse_other_than_wanted(self, goal: Destination, fingerprint: str) -> None:
        if self._wanted_fingerprint is not None and self._wanted_fingerprint != fingerprint:
            raise HostKeyError(
                f"{goal.shown} shows the host key {fingerprint}, not {one_line(self._wanted_fingerprint, 80)}.",
                meaning="Nothing was sent to it.",
                remedy="Somebody may stand in between, or the address belongs to another machine.",
            )

    async def _reason(self, goal: Destination, key: asyncssh.SSHKey, fingerprint: str, console: ConsoleKeys) -> str:
        if self._wanted_fingerprint == fingerprint:
            return f"The host key is the one that you named: {fingerprint}."
        if console.names(fingerprint):
            return f"The host key is the one in the instance's console log: {fingerprint}."
        question = HostKeyQuestion(
            address=goal.shown,
            algorithm=key.get_algorithm(),
            fingerprint=fingerprint,
            console=console.sentence(fingerprint),
        )
        if await self._asking.host_key(question):
            return f"You trust the host key {fingerprint}."
        raise HostKeyError(
            f"The host key of {goal.shown} is not known: {key.get_algorithm()} {fingerprint}.",
            meaning=question.console,
            remedy=self._remedy(fingerprint),
        )

    def _remedy(self, fingerprint: str) -> str:
        if not self._of_guest:
            return "If it is the right one, log in there once with `ssh` and accept it."
        return f"If it is the right one, say so with `--host-key {fingerprint}`."

    async def _read_console(self) -> ConsoleKeys:
        if self._console is None:
            return ConsoleKeys(unread_because="nobody can read it here.")
        try:
            return read_console_keys(await self._console())
        except ImagingError as error:
            return ConsoleKeys(unread_because=error.what)


def _refuse_other_than_known(goal: Destination, known: KnownKeys, fingerprint: str, console: ConsoleKeys) -> None:
    """Refuse a key where another one is known.

    Raises:
        HostKeyError: another one is known.
    """
    own = known.marked("")
    # A key that is noted without the port may belong to another sshd on the same host.
    if not own or not known.exact:
        return
    places = ", ".join(one_line(entry.place, 200) for entry in own[:3])
    raise HostKeyError(
        f"The host key of {goal.shown} has changed: it is {fingerprint} now, and another one stands in {places}.",
        meaning=f"Nothing was sent to it. {console.sentence(fingerprint)}",
        remedy=(
            "Somebody may stand in between; or the address belonged to another machine before. If you are sure of "
            f"that, take the old key away: ssh-keygen -R {quote(goal.name)} -f {quote(one_line(own[0].file, 200))}"
        ),
    )


def not_valid(goal: Destination, known: KnownKeys, reason: str) -> HostKeyError:
    """The error for a key that known_hosts revokes, and for a certificate that does not hold.

    Args:
        goal: whose key.
        known: what known_hosts says.
        reason: what is wrong with it, if it is not revoked.
    """
    places = ", ".join(one_line(entry.place, 200) for entry in known.marked("revoked")[:3])
    why = f"it is revoked in {places}" if places else one_line(reason, 200)
    return HostKeyError(
        f"The host key of {goal.shown} must not be trusted: {why}.",
        meaning="Nothing was sent to it.",
        remedy="Ask the administrator of the machine which key is the right one.",
    )


def _remembered(file: Path | None, name: KnownName, key: asyncssh.SSHKey) -> str:
    if file is None:
        return "It is trusted for this time."
    try:
        remember(file, name, key)
    except OSError as error:
        return f"It could not be added to {one_line(file, 200)} ({error.strerror or error}): trusted for this time."
    return f"It was added to {one_line(file, 200)}."
