"""Jump hosts: the connections that carry the one to the guest, each with its own config, keys and host key."""

from __future__ import annotations

import getpass
from dataclasses import dataclass

import asyncssh

from imaging.guest.host_keys import names
from imaging.guest.host_keys.names import Host, Port, User
from imaging.guest.interface import GuestAccess
from imaging.guest.ssh.authentication import Login
from imaging.guest.ssh.commands.shell import close_all
from imaging.guest.ssh.config import Destination, destination
from imaging.guest.ssh.connection import Dialler, Setting
from imaging.guest.ssh.host_key_decision import HostKeys
from imaging.guest.ssh.keys import gather
from models.errors import ConfigError, GuestLoginError, UsageError
from models.text import one_line

_DEEPEST = 6
_OTHER_LOGINS = (
    "Put the key for it into the SSH agent, or name it as IdentityFile in the ssh config. If it wants a password or a "
    "code: keep a connection open with `ssh` (ControlMaster), and go through it by ProxyCommand ssh -W %h:%p."
)


@dataclass(frozen=True)
class Hop:
    """One host of a ProxyJump."""

    host: Host
    user: User | None = None
    port: Port | None = None


def read_hops(text: str) -> tuple[Hop, ...]:
    """The hosts of a ProxyJump, the first one to be reached first.

    Raises:
        ConfigError: one of them cannot be read.
    """
    return tuple(_hop(part.strip()) for part in text.split(","))


def _hop(text: str) -> Hop:
    user, at, rest = text.removeprefix("ssh://").rpartition("@")
    host, port = _host_and_port(rest)
    try:
        return Hop(
            names.host(host, "The host"),
            names.user(user, "The user") if at else None,
            names.port(port, "The port") if port is not None else None,
        )
    except UsageError as wrong:
        raise ConfigError(
            f"ProxyJump '{one_line(text, 100)}' in the ssh config is no [user@]host[:port]: {wrong.what}",
            meaning=wrong.meaning,
            remedy=wrong.remedy,
        ) from None


def _host_and_port(text: str) -> tuple[str, str | None]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return host, rest.removeprefix(":") if rest else None
    # An IPv6 address without brackets has colons of its own, and no port.
    host, colon, port = text.rpartition(":")
    return (host, port) if colon and ":" not in host else (text, None)


class Jumps:
    """The jump hosts of one route into a guest; each is connected to once."""

    def __init__(self, setting: Setting) -> None:
        """Keep what applies to all of them."""
        self._setting = setting
        self._host_keys = HostKeys(setting.asking, setting.tell, of_guest=False)
        self._open: dict[str, asyncssh.SSHClientConnection] = {}

    @property
    def carriers(self) -> tuple[asyncssh.SSHClientConnection, ...]:
        """The open connections, the latest first."""
        # Closed from the inside out: a jump host that goes first takes the others along with an error.
        return tuple(reversed(self._open.values()))

    async def before(self, goal: Destination, depth: int = 0) -> asyncssh.SSHClientConnection | None:
        """The connection that leads to a destination; None where there is no jump host.

        Raises:
            ConfigError: the config makes no sense, or leads in a circle.
            GuestLoginError: a jump host rejects every login.
            GuestUnreachableError: a jump host cannot be reached.
            HostKeyError: a jump host is not the right machine, or nobody knows.
        """
        if goal.jump is None:
            return None
        # Counted and not compared: a circle may use a new alias at each turn.
        if depth >= _DEEPEST:
            raise ConfigError("The ssh config leads in a circle of jump hosts.", remedy="Check its ProxyJump lines.")
        if goal.jump not in self._open:
            self._open[goal.jump] = await self._connect(goal.jump, depth)
        return self._open[goal.jump]

    async def _connect(self, jump: str, depth: int) -> asyncssh.SSHClientConnection:
        *earlier, last = read_hops(jump)
        access = GuestAccess(user=last.user, port=last.port, ssh_config=self._setting.access.ssh_config)
        # The last host is reached through all those before it.
        chain = jump.rpartition(",")[0] if earlier else None
        goal = await destination(last.host, access, jump=chain)
        tunnel = await self.before(goal, depth + 1)
        # The key that the user named is for the guest; a jump host has its own in the config or the agent.
        keys = await gather(goal, None)
        try:
            dialler = Dialler(goal, self._host_keys, self._setting.patience, tunnel)
            login = Login(dialler, keys, self._setting.asking, self._setting.tell)
            # As in `ssh`, the local user's name, without any guess: a bastion bans addresses quickly.
            connection, _ = await login.enter((goal.user or getpass.getuser(),), may_ask=False)
        except GuestLoginError as error:
            raise GuestLoginError(error.what, meaning=error.meaning, remedy=_OTHER_LOGINS) from None
        finally:
            keys.close()
        return connection

    async def close(self) -> None:
        """Close them all."""
        await close_all(self.carriers)
