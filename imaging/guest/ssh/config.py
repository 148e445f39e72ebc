"""What the user's ssh config says about a host: read once for each address, by asyncssh's own reader."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from imaging.guest.host_keys import names
from imaging.guest.host_keys.names import SSH_PORT, Host, KnownName, Port, User, known_name
from imaging.guest.interface import GuestAccess
from models.errors import ConfigError
from models.text import one_line

_SYSTEM = Path("/etc/ssh/ssh_config")
_OF_THE_USER = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_OF_THE_WORLD = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_READ_ERRORS = (ValueError, OSError, TypeError, LookupError, RuntimeError, asyncssh.Error)
"""What asyncssh's reader raises: of a bad line, and of one that it did not reckon with (`User none`, `Include /`)."""
_DEFAULT_IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk")


@dataclass(frozen=True)
class Destination:
    """One host, and how the config says to get there."""

    asked: Host
    """What was asked for: an address, or a name that the config knows."""
    host: Host
    port: Port
    user: User | None
    """None where the config names no user."""
    alias: KnownName | None
    """HostKeyAlias."""
    known_hosts: tuple[Path, ...]
    """All files to read."""
    remember_in: Path | None
    """Where an accepted key goes; None where the config wants no file."""
    jump: str | None
    """ProxyJump."""
    command: str | None
    """ProxyCommand, for `sh`."""
    identities: tuple[Path, ...]
    """The key files that the config names, else the usual ones."""
    identities_named: bool
    identities_only: bool
    agent: str | None
    """The agent's socket."""
    own_algorithms: bool
    """Whether the config orders the host key algorithms itself."""
    options: asyncssh.SSHClientConnectionOptions
    """All else that asyncssh took from the config."""

    @property
    def name(self) -> KnownName:
        """How known_hosts names it."""
        return self.alias or known_name(self.host, self.port)

    @property
    def shown(self) -> str:
        """How messages name it."""
        port = "" if self.port == SSH_PORT else f" port {self.port}"
        real = "" if self.host == self.asked else f" ({one_line(self.host, 100)})"
        return f"{one_line(self.asked, 100)}{real}{port}"


async def destination(asked: str, access: GuestAccess, *, jump: str | None = None) -> Destination:
    """Read the config for one host.

    What it is read with is checked before, since `Match exec` runs commands; what it makes of it is checked after,
    since a ProxyCommand is run with it and known_hosts is written with it.

    Args:
        asked: an address or name, as a `Host` line would match it.
        access: what the user said; it wins over the config.
        jump: the hosts before this one in a chain of jump hosts, instead of the config's own.

    Raises:
        ConfigError: the config cannot be read, or makes no sense.
        UsageError: what was asked for is no host, or the user no user's name.
    """
    # Before the config is read: a `Match exec` line runs a command with this text in it.
    asked = names.host(asked, "The address")
    if access.user is not None:
        names.user(access.user, "The user")
    options = await _read(asked, access, _files(access))
    said = options.config.get
    proxy = jump or _text(said("ProxyJump"))
    users = _known_hosts(said("UserKnownHostsFile"), _OF_THE_USER)
    named = _paths(_texts(said("IdentityFile")))
    return Destination(
        asked=asked,
        # After it was read: a HostName may be made of `%h` and more.
        host=names.host(options.host, "HostName of the ssh config", error=ConfigError),
        port=names.port(options.port, "Port of the ssh config", error=ConfigError),
        user=_user(access.user or _text(said("User"))),
        alias=_alias(options.host_key_alias),
        known_hosts=(*users, *_known_hosts(said("GlobalKnownHostsFile"), _OF_THE_WORLD)),
        remember_in=next(iter(users), None),
        jump=proxy,
        command=None if proxy else _text(said("ProxyCommand")),
        identities=named or _usual_identities(),
        identities_named=bool(named),
        identities_only=bool(said("IdentitiesOnly")),
        agent=_agent(said("IdentityAgent", ())),
        own_algorithms=bool(said("HostKeyAlgorithms")),
        options=options,
    )


def _user(text: str | None) -> User | None:
    return names.user(text, "User of the ssh config", error=ConfigError) if text else None


def _alias(text: str | None) -> KnownName | None:
    called = "HostKeyAlias of the ssh config"
    return names.checked_known_name(text, called, error=ConfigError) if text else None


def _files(access: GuestAccess) -> list[Path]:
    """The user's own config first, since the first value counts; then the system's, as for `ssh`."""
    if access.ssh_config is not None:
        return [access.ssh_config]
    return [file for file in (Path("~/.ssh/config").expanduser(), _SYSTEM) if os.access(file, os.R_OK)]


async def _read(asked: Host, access: GuestAccess, files: list[Path]) -> asyncssh.SSHClientConnectionOptions:
    known: dict[str, Any] = {"username": access.user} if access.user else {}
    if access.port is not None:
        known["port"] = access.port
    try:
        # Match exec may wait for a network that is not there.
        async with asyncio.timeout(30):
            options: asyncssh.SSHClientConnectionOptions = await asyncssh.SSHClientConnectionOptions.construct(
                config=[str(file) for file in files], host=asked, client_keys=None, env=None, send_env=None,
                command=None, request_pty=False, x11_forwarding=False, agent_forwarding=False, known_hosts=b"",
                **known,
            )  # fmt: skip
            return options
    except TimeoutError:
        raise ConfigError("The ssh config takes more than 30 s to read; check its `Match exec` lines.") from None
    except _READ_ERRORS as error:
        if files and files[-1] == _SYSTEM:  # asyncssh knows less than `ssh`: do without what the user did not write
            return await _read(asked, access, files[:-1])
        raise ConfigError(
            f"The ssh config cannot be used: {one_line(error, 300)}.",
            remedy="Correct it, or name another one with `--ssh-config`.",
        ) from None


def _known_hosts(said: object, usual: tuple[str, ...]) -> tuple[Path, ...]:
    return _paths(usual if said is None else _texts(said))


def _paths(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(_path(name) for name in names)


def _path(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise ConfigError(f"The ssh config names a home that nobody has: {one_line(name, 200)}.") from None


def _usual_identities() -> tuple[Path, ...]:
    return tuple(Path("~/.ssh").expanduser() / name for name in _DEFAULT_IDENTITIES)


def _agent(said: object) -> str | None:
    """The socket; None where the config says `none` or nothing is set."""
    if said is None:
        return None
    path = said if isinstance(said, str) and said != "SSH_AUTH_SOCK" else os.environ.get("SSH_AUTH_SOCK", "")
    # IdentityAgent may name a variable instead of a path.
    if path.startswith("$"):
        path = os.environ.get(path[1:], "")
    return str(_path(path)) if path else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
