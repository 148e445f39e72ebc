"""Finds a login to a guest: which address, over which jump hosts, as whom, with which key; and is it the right one.

What the user said wins, then the ssh config, then what can be guessed. Every wait for the network is bounded, and the
user is asked between connections only, so that no server waits for a person.
"""

from __future__ import annotations

from imaging.guest.host_keys.names import Host
from imaging.guest.interface import Asking, GuestAccess, LoginRoute, Progress, Telling
from imaging.guest.ssh.addresses import addresses_to_try
from imaging.guest.ssh.authentication import Login
from imaging.guest.ssh.commands.shell import SshShell
from imaging.guest.ssh.config import destination
from imaging.guest.ssh.connection import Dialler, Patience, Setting
from imaging.guest.ssh.host_key_decision import HostKeys
from imaging.guest.ssh.jump_hosts import Jumps
from imaging.guest.ssh.keys import gather
from imaging.guest.ssh.users import guesses, own_name
from models.errors import GuestUnreachableError
from models.text import one_line

_OFF = frozenset({"SHUTOFF", "SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED", "DELETED", "SOFT_DELETED", "BUILD"})
"""States in which nothing in the guest runs that could answer."""


async def connect_guest(route: LoginRoute, *, patience: Patience | None = None) -> SshShell:
    """Open a shell in the guest of an instance.

    Args:
        route: whose guest, what the user said about the login, and who is asked and told.
        patience: how long to wait for what.

    Raises:
        GuestUnreachableError: there is no address, or none answers.
        GuestLoginError: nobody is let in.
        HostKeyError: it is not the right machine, or nobody knows.
        ConfigError: the ssh config or a key cannot be used.
    """
    # Told at once, or each address would cost its time-out first.
    if route.instance.status in _OFF:
        raise GuestUnreachableError(
            f"The instance is {route.instance.status}: nobody there can answer.",
            remedy="Start it, or inspect its disk by a deep check.",
        )
    setting = Setting(route.access, route.asking, route.tell, patience or Patience())
    host_keys = HostKeys(route.asking, route.tell, said=route.access.host_key, console=route.cloud_log)
    addresses = addresses_to_try(route.instance, route.access)
    return await _open(setting, host_keys, addresses, guesses(route.instance, route.image))


async def connect_host(host: Host, access: GuestAccess, asking: Asking, tell: Telling) -> SshShell:
    """Open a shell on a machine that is in no cloud's list; who logs in where nobody is named is the user, as in `ssh`.

    Args:
        host: an address, or a name that the ssh config knows.
        access: what the user said about the login.
        asking: the user.
        tell: told how far it is, and why a host key was trusted.

    Raises:
        GuestUnreachableError: it does not answer.
        GuestLoginError: nobody is let in.
        HostKeyError: it is not the right machine, or nobody knows.
        ConfigError: the ssh config or a key cannot be used.
    """
    setting = Setting(access, asking, tell, Patience())
    own = own_name()
    return await _open(setting, HostKeys(asking, tell, said=access.host_key), (host,), (own,) if own else ())


async def _open(setting: Setting, host_keys: HostKeys, addresses: tuple[Host, ...], users: tuple[str, ...]) -> SshShell:
    jumps = Jumps(setting)
    try:
        return await _Doors(setting, host_keys, jumps).open(addresses, users)
    # Cancellation too: an open jump host would keep its connection until the program ends.
    except BaseException:
        await jumps.close()
        raise


class _Doors:
    """The attempt to get in by one of several addresses."""

    def __init__(self, setting: Setting, host_keys: HostKeys, jumps: Jumps) -> None:
        self._setting = setting
        self._host_keys = host_keys
        self._jumps = jumps

    async def open(self, addresses: tuple[str, ...], users: tuple[str, ...]) -> SshShell:
        """Try each address until one answers; whether it then lets us in is decided there, for it is one machine."""
        failures: list[GuestUnreachableError] = []
        for address in addresses:
            try:
                return await self._enter(address, users)
            except GuestUnreachableError as error:
                failures.append(error)
        raise _none_answers(failures)

    async def _enter(self, address: str, users: tuple[str, ...]) -> SshShell:
        access = self._setting.access
        self._setting.tell(Progress(f"Connecting to {one_line(address, 100)}"))
        goal = await destination(address, access)
        tunnel = await self._jumps.before(goal)
        keys = await gather(goal, access.key_file)
        try:
            dialler = Dialler(goal, self._host_keys, self._setting.patience, tunnel)
            login = Login(dialler, keys, self._setting.asking, self._setting.tell)
            # A user that was named is no guess: no other is tried, for failed logins get an address banned.
            named = (goal.user,) if goal.user else users
            connection, user = await login.enter(named, may_ask=access.user is None)
        finally:
            # The agent is needed for the login alone; its socket is not kept for the whole session.
            keys.close()
        return SshShell(connection, user=user, address=goal.shown, carriers=self._jumps.carriers)


def _none_answers(failures: list[GuestUnreachableError]) -> GuestUnreachableError:
    if len(failures) == 1:
        return failures[0]
    return GuestUnreachableError(" ".join(error.what for error in failures), remedy=failures[0].remedy)
