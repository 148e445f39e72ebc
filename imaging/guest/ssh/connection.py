"""One SSH connection: dialled within bounds, its host key decided on, each key offered noted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import asyncssh
from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

from imaging.guest.host_keys import names
from imaging.guest.host_keys.known_hosts import KnownKeys, algorithms_by_preference
from imaging.guest.interface import Asking, GuestAccess, Telling
from imaging.guest.ssh.config import Destination
from imaging.guest.ssh.failures import TOO_MANY, silent, unreachable
from imaging.guest.ssh.host_key_decision import HostKeys, not_valid
from imaging.guest.ssh.keys import Identity


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float = 8.0
    """For the connection itself; `ConnectTimeout` of the ssh config wins."""
    login: float = 25.0
    """From then on to the end of the login; small machines take long over their first one."""
    alive: float = 15.0
    """Between signs of life of an open connection; after three without answer it counts as cut."""


@dataclass(frozen=True)
class Setting:
    """What applies to every connection on one route into a guest."""

    access: GuestAccess
    asking: Asking
    tell: Telling
    patience: Patience


class RefusedError(Exception):
    """The server took none of the keys that were offered."""

    def __init__(self, *, hung_up: bool) -> None:
        """Keep whether it hung up before it had seen them all."""
        super().__init__()
        self.hung_up = hung_up


class _Client(asyncssh.SSHClient):
    """What asyncssh asks while it connects. It never asks the user anything: a server does not wait for that."""

    def __init__(self, offers: list[Identity], offered: list[Identity], connected: Callable[[], None]) -> None:
        self._offers = iter(offers)
        self._offered = offered
        self._say_connected = connected
        self.connected = False
        self.shown: asyncssh.SSHKey | None = None
        """A host key that is not trusted."""

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:  # noqa: ARG002  # asyncssh's signature
        self.connected = True
        self._say_connected()

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.shown = key
        # asyncssh wants an answer at once. "No" ends this connection; the user decides without a server waiting.
        return False

    def public_key_auth_requested(self) -> list[asyncssh.SSHKeyPair] | None:
        """One key after the other, so that it is known which were offered."""
        for identity in self._offers:
            if identity.pairs:
                self._offered.append(identity)
                return list(identity.pairs)
        return None


class Dialler:
    """Dials one destination, directly or through a jump host."""

    def __init__(
        self,
        goal: Destination,
        host_keys: HostKeys,
        patience: Patience,
        tunnel: asyncssh.SSHClientConnection | None = None,
    ) -> None:
        """Keep where to, and what decides on host keys."""
        self.goal = goal
        self._host_keys = host_keys
        self._patience = patience
        self._tunnel = tunnel

    async def dial(self, user: str, offers: list[Identity], offered: list[Identity]) -> asyncssh.SSHClientConnection:
        """Connect and log in.

        Args:
            user: as whom.
            offers: the keys, in order.
            offered: filled with those that were really offered.

        Raises:
            RefusedError: no key was taken.
            HostKeyError: it is not the right machine, or nobody knows.
            GuestUnreachableError: no connection.
            UsageError: that is no user's name.
        """
        names.user(user, "The user")
        # Read for each dial: the user may have corrected the file in another window meanwhile.
        known = await self._host_keys.known(self.goal)
        client = await self._dial(user, offers, offered, known)
        if isinstance(client, asyncssh.SSHClientConnection):
            return client
        await self._host_keys.decide(self.goal, known, client)
        # A new connection, since the server would not have waited while the user decided.
        again = await self._dial(user, offers, offered, known)
        if isinstance(again, asyncssh.SSHClientConnection):
            return again
        raise not_valid(self.goal, known, "it shows another key each time")

    async def _dial(
        self, user: str, offers: list[Identity], offered: list[Identity], known: KnownKeys
    ) -> asyncssh.SSHClientConnection | asyncssh.SSHKey:
        """Connect; or return the host key that somebody has to decide on."""
        seconds = self.goal.options.connect_timeout or self._patience.connect
        loop = asyncio.get_running_loop()
        limit = asyncio.timeout(seconds)
        # One limit in two parts: short until somebody answers, longer for a small machine's first login.
        client = _Client(offers, offered, lambda: limit.reschedule(loop.time() + self._patience.login))
        try:
            async with limit:
                return await self._connect(user, client, known)
        except TimeoutError:
            raise silent(
                self.goal, self._patience.login if client.connected else seconds, connected=client.connected
            ) from None
        except asyncssh.HostKeyNotVerifiable as error:
            # Without a plain key it was a certificate or a revoked key, about which nobody can be asked.
            if client.shown is None:
                raise not_valid(self.goal, known, error.reason) from None
            return client.shown
        except asyncssh.PermissionDenied:
            raise RefusedError(hung_up=False) from None
        except (asyncssh.Error, OSError, ValueError) as error:
            # SSH has one code for many ends: only OpenSSH's words tell that keys are left to be tried.
            if isinstance(error, asyncssh.DisconnectError) and TOO_MANY in error.reason.lower():
                raise RefusedError(hung_up=True) from None
            raise unreachable(self.goal, error) from None

    async def _connect(self, user: str, client: _Client, known: KnownKeys) -> asyncssh.SSHClientConnection:
        trusted = self._host_keys.trusted(self.goal, known)
        authorities = [entry.key for entry in known.marked("cert-authority")]
        revoked = [entry.key for entry in known.marked("revoked")]
        return await asyncssh.connect(
            self.goal.asked,
            options=self.goal.options,
            config=None,
            tunnel=self._tunnel,
            proxy_command=_through(self.goal.command),
            username=user,
            client_factory=lambda: client,
            known_hosts=lambda _host, _addr, _port: (trusted, authorities, revoked),
            server_host_key_algs=self._algorithms(trusted, certified=bool(authorities)),
            # Not here: asyncssh would offer them all by itself, and nobody would know which were.
            client_keys=None,
            # Other methods would use up the few tries that a server allows, and nobody here knows a password.
            preferred_auth="publickey",
            # The time-out around this call covers the login, too.
            connect_timeout=None,
            keepalive_interval=self.goal.options.keepalive_interval or self._patience.alive,
        )

    def _algorithms(self, trusted: list[asyncssh.SSHKey], *, certified: bool) -> list[str] | tuple[()]:
        if self.goal.own_algorithms:
            return ()
        plain = algorithms_by_preference(trusted, get_default_public_key_algs())
        return [*(name.decode() for name in get_default_certificate_algs() if certified), *plain]


def _through(command: str | None) -> tuple[str, ...] | None:
    """A ProxyCommand as `ssh` runs it: by the shell.

    What it prints on standard error asyncssh would take for SSH, and a standard error that is closed for the end of the
    connection: so the shell around it keeps its own open.
    """
    return ("/bin/sh", "-c", f"{{ {command}\n}} 2>/dev/null; exit $?") if command else None
