"""What the user's ssh config says of a host: read once for each address, by asyncssh's own reader."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh

from imaging.guest.interface import GuestAccess
from imaging.guest.known_hosts import SSH_PORT, known_name
from models.errors import ConfigError
from models.text import one_line

_SYSTEM = Path("/etc/ssh/ssh_config")
_OF_THE_USER = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_OF_THE_WORLD = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")
_DEFAULT_IDENTITIES = ("id_ed25519", "id_ecdsa", "id_rsa", "id_ed25519_sk", "id_ecdsa_sk")


@dataclass(frozen=True)
class Destination:
    """One host, and how the config says to get there."""

    asked: str
    """What was asked for: an address, or a name that the config knows."""
    host: str
    port: int
    user: str | None
    """None where the config names no user."""
    alias: str | None
    """HostKeyAlias."""
    known_hosts: tuple[Path, ...]
    """All files to look into."""
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
    def name(self) -> str:
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

    Args:
        asked: an address or name, as a `Host` line would match it.
        access: what the user said; it wins over the config.
        jump: the hosts before this one in a chain of jump hosts, instead of the config's own.

    Raises:
        ConfigError: the config cannot be read, or makes no sense.
    """
    options = await _read(asked, access, _files(access))
    said = options.config.get
    proxy = jump or _text(said("ProxyJump"))
    users = _known_hosts(said("UserKnownHostsFile"), _OF_THE_USER)
    named = _paths(_texts(said("IdentityFile")))
    return Destination(
        asked=asked,
        host=options.host,
        port=options.port,
        user=access.user or _text(said("User")),
        alias=options.host_key_alias,
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


def _files(access: GuestAccess) -> list[Path]:
    """The user's own config first, since the first value counts; then the system's, as for `ssh`."""
    if access.ssh_config is not None:
        return [access.ssh_config]
    return [file for file in (Path("~/.ssh/config").expanduser(), _SYSTEM) if os.access(file, os.R_OK)]


async def _read(asked: str, access: GuestAccess, files: list[Path]) -> asyncssh.SSHClientConnectionOptions:
    known: dict[str, Any] = {"username": access.user} if access.user else {}
    if access.port is not None:
        known["port"] = access.port
    try:
        async with asyncio.timeout(30):
            options: asyncssh.SSHClientConnectionOptions = await asyncssh.SSHClientConnectionOptions.construct(
                config=[str(file) for file in files], host=asked, client_keys=None, env=None, send_env=None,
                command=None, request_pty=False, x11_forwarding=False, agent_forwarding=False, known_hosts=b"",
                **known,
            )  # fmt: skip
            return options
    except TimeoutError:
        raise ConfigError("The ssh config takes more than 30 s to read; look at its `Match exec` lines.") from None
    except (ValueError, OSError, asyncssh.Error) as error:
        if files and files[-1] == _SYSTEM:  # asyncssh knows less than `ssh`: do without what the user did not write
            return await _read(asked, access, files[:-1])
        raise ConfigError(
            f"The ssh config cannot be used: {one_line(error, 300)}.",
            remedy="Correct it, or name another one with `--ssh-config`.",
        ) from None


def _known_hosts(said: object, usual: tuple[str, ...]) -> tuple[Path, ...]:
    return _paths(usual if said is None else _texts(said))


def _paths(names: Iterable[str]) -> tuple[Path, ...]:
    return tuple(Path(name).expanduser() for name in names)


def _usual_identities() -> tuple[Path, ...]:
    return tuple(Path("~/.ssh").expanduser() / name for name in _DEFAULT_IDENTITIES)


def _agent(said: object) -> str | None:
    """The socket; None where the config says `none` or nothing is set."""
    if said is None:
        return None
    path = said if isinstance(said, str) and said != "SSH_AUTH_SOCK" else os.environ.get("SSH_AUTH_SOCK", "")
    if path.startswith("$"):
        path = os.environ.get(path[1:], "")
    return str(Path(path).expanduser()) if path else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []
