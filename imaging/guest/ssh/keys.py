"""The user's keys: from the agent and from files, encrypted ones too; in which order they are offered, and their names.

A passphrase is asked only for a key that the guest would take: the public half, which is never encrypted in today's
files, is offered first. It is asked between connections, never while one waits, since a server gives up after a while.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

from imaging.guest.interface import Asking
from imaging.guest.ssh.config import Destination
from imaging.runtime.threads import in_thread
from models.errors import ConfigError
from models.text import one_line

_AGENT_SECONDS = 5.0
_ATTEMPTS = 3
"""How often a passphrase may be wrong."""


class LockedError(ValueError):
    """The guest would take this key, but it is encrypted. A ValueError, at which asyncssh continues to the next key."""


@dataclass
class Identity:
    """A key that may be offered."""

    name: str
    """As the user knows it: its file, or the comment that the agent shows."""
    pairs: tuple[asyncssh.SSHKeyPair, ...] = ()
    """With its certificate, and without; empty for one whose very public half is encrypted."""
    locked_file: Path | None = None
    chooses: bytes | None = None
    """A public key alone: it chooses among the agent's."""
    wanted: bool = False
    """Whether a guest would have taken it, had it not been locked."""

    @property
    def public(self) -> frozenset[bytes]:
        """What tells it from others."""
        return frozenset(pair.key_public_data for pair in self.pairs) | frozenset(filter(None, (self.chooses,)))


@dataclass
class Keys:
    """All keys for one destination, in the order in which they are offered."""

    identities: list[Identity] = field(default_factory=list)
    agent: asyncssh.SSHAgentClient | None = None
    notes: list[str] = field(default_factory=list)
    """Why some key or the agent is not among them."""

    def close(self) -> None:
        """Close the connection to the agent."""
        if self.agent is not None:
            self.agent.close()

    @property
    def locked(self) -> list[Identity]:
        """Those whose passphrase is worth asking: wanted by a guest, or not even their public half is known."""
        return [key for key in self.identities if key.locked_file and (key.wanted or not key.pairs)]


async def gather(goal: Destination, key_file: Path | None) -> Keys:
    """Collect the keys for a destination: the one that the user named, then the config's, the agent's, the usual ones.

    Raises:
        ConfigError: the key that the user named cannot be read.
    """
    keys = Keys()
    agent = await _from_agent(goal, keys)
    named = [await in_thread(_from_file, key_file)] if key_file else []
    files = [await in_thread(_from_file_if_there, file, keys.notes) for file in goal.identities]
    found = [key for key in files if key is not None]
    configured, usual = (found, []) if goal.identities_named else ([], found)
    mine = frozenset[bytes]().union(*(key.public for key in (*named, *configured)))
    chosen = [key for key in agent if key.public & mine]
    # IdentitiesOnly is set by people whose agent holds more keys than a server bears.
    others = [] if goal.identities_only else [key for key in agent if not key.public & mine]
    ordered = _without_repetition([*named, *chosen, *configured, *others, *usual], {id(key) for key in agent})
    usable = [key for key in ordered if key.pairs or key.locked_file]
    # Locked ones last; the sort keeps the order among the others.
    keys.identities = sorted(usable, key=lambda key: key.locked_file is not None)
    return keys


def _without_repetition(keys: list[Identity], in_agent: set[int]) -> list[Identity]:
    """Each key once; a file that the agent holds open is left to the agent."""
    opened = frozenset[bytes]().union(*(key.public for key in keys if id(key) in in_agent))
    kept: list[Identity] = []
    for key in keys:
        # Offering a key twice uses up one of the few tries that sshd allows.
        double = any(key.public and key.public <= other.public for other in kept)
        if not double and (id(key) in in_agent or not key.public & opened):
            kept.append(key)
    return kept


async def _from_agent(goal: Destination, keys: Keys) -> list[Identity]:
    if goal.agent is None:
        keys.notes.append("no SSH agent is running")
        return []
    try:
        async with asyncio.timeout(_AGENT_SECONDS):
            keys.agent = await asyncssh.connect_agent(goal.agent)
            pairs = await keys.agent.get_keys()
    except (OSError, ValueError, TimeoutError, asyncssh.Error):
        keys.notes.append("the SSH agent does not answer")
        return []
    if not pairs:
        keys.notes.append("the SSH agent holds no key")
    return [Identity(f"agent: {_comment(pair)}", (pair,)) for pair in pairs]


def _comment(pair: asyncssh.SSHKeyPair) -> str:
    return one_line(pair.get_comment(errors="replace") or pair.get_algorithm(), 60)


def _from_file_if_there(file: Path, notes: list[str]) -> Identity | None:
    if not file.exists():
        return None
    try:
        return _from_file(file)
    except ConfigError as error:
        notes.append(error.what)
        return None


def _from_file(file: Path) -> Identity:
    try:
        return _read(file)
    except OSError as error:
        raise ConfigError(f"The key {one_line(file, 200)} cannot be read: {error.strerror or error}.") from None
    except ValueError:
        raise ConfigError(f"{one_line(file, 200)} is no key that can be read.") from None


def _read(file: Path) -> Identity:
    key = Identity(str(file))
    try:
        asyncssh.read_private_key(str(file))
    except asyncssh.KeyImportError as error:
        # asyncssh tells a missing passphrase by its message alone.
        if "assphrase" not in str(error):
            key.chooses = asyncssh.read_public_key(str(file)).public_data
            return key
        key.locked_file = file
    with suppress(LockedError):  # an old format, whose public half is encrypted as well
        key.pairs = tuple(asyncssh.load_keypairs(str(file), passphrase=_opener(key)))
    # Loading has called the opener once, which is not the guest's request.
    key.wanted = False
    return key


def _opener(key: Identity) -> Any:
    """What asyncssh calls when it needs the private half of a locked key (its hints know of texts alone)."""

    def refuse(_file: str) -> str:
        key.wanted = True
        raise LockedError

    return refuse


async def unlock(key: Identity, asking: Asking) -> Identity | None:
    """Ask for a key's passphrase, at most three times; None when the user leaves it out."""
    if key.locked_file is None:
        return key
    for _ in range(_ATTEMPTS):
        passphrase = await asking.passphrase(key.locked_file)
        if passphrase is None:
            return None
        try:
            # In a thread: the key derivation is slow on purpose.
            pairs = await in_thread(asyncssh.load_keypairs, str(key.locked_file), passphrase)
        except (ValueError, OSError):
            continue
        return Identity(key.name, tuple(pairs))
    return None
