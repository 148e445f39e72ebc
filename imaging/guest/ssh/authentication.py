"""Logging in: as each user that may be the right one, with each key that may fit, and the user's help at last."""

from __future__ import annotations

from collections.abc import Sequence

import asyncssh

from imaging.guest.host_keys import names
from imaging.guest.interface import Asking, Progress, Telling
from imaging.guest.ssh.connection import Dialler, RefusedError
from imaging.guest.ssh.keys import Identity, Keys, unlock
from models.errors import GuestLoginError
from models.text import one_line, sentence

_DIALS = 3
"""How often one user is tried, when the server hangs up before it has seen all keys."""
_QUESTIONS = 3
_MOST_NAMED = 6


class Login:
    """The attempts to log in to one destination."""

    def __init__(self, dialler: Dialler, keys: Keys, asking: Asking, tell: Telling) -> None:
        """Keep what to try with."""
        self._dialler = dialler
        self._keys = keys
        self._asking = asking
        self._tell = tell
        self._tried: dict[str, None] = {}
        self._offered: list[Identity] = []

    async def enter(self, users: Sequence[str], *, may_ask: bool) -> tuple[asyncssh.SSHClientConnection, str]:
        """Log in as one of these users, or as one that is asked for.

        Args:
            users: in the order of trying.
            may_ask: whether another user may be asked for, because nobody said who it is.

        Returns:
            The connection and the user.

        Raises:
            GuestLoginError: nobody is let in.
            GuestUnreachableError: there is no connection at all.
            HostKeyError: it is not the right machine.
            UsageError: that is no user's name.
        """
        # All users before the first passphrase: most logins need none.
        entered = await self._as_each(users) or await self._unlocking(users)
        for _ in range(_QUESTIONS if may_ask else 0):
            if entered:
                break
            named = await self._asking.user(tuple(self._tried), self._dialler.goal.shown)
            if not named:
                break
            # Typed by a person, and put into a ProxyCommand as %r.
            names.user(named, "The user")
            entered = await self._as_each((named,)) or await self._unlocking((named,))
        if entered is None:
            raise self._refused()
        return entered

    async def _as_each(self, users: Sequence[str]) -> tuple[asyncssh.SSHClientConnection, str] | None:
        for user in users:
            connection = await self._as_user(user, self._keys.identities)
            if connection is not None:
                return connection, user
        return None

    async def _unlocking(self, users: Sequence[str]) -> tuple[asyncssh.SSHClientConnection, str] | None:
        """Try encrypted keys, one after the other, if their passphrase is told."""
        for key in self._keys.locked:
            opened = await unlock(key, self._asking)
            # It is replaced by its unlocked self, or left out: no passphrase is asked a second time.
            self._keys.identities.remove(key)
            if opened is None:
                self._keys.notes.append(f"{one_line(key.name, 100)} is encrypted and was skipped")
                continue
            self._keys.identities.append(opened)
            for user in users:
                connection = await self._as_user(user, [opened])
                if connection is not None:
                    return connection, user
        return None

    async def _as_user(self, user: str, identities: Sequence[Identity]) -> asyncssh.SSHClientConnection | None:
        self._tried[user] = None
        self._tell(Progress(f"Logging in to {self._dialler.goal.shown} as {one_line(user, 60)}"))
        left = list(identities)
        for _ in range(_DIALS):
            offered: list[Identity] = []
            try:
                return await self._dialler.dial(user, left, offered)
            except RefusedError as refused:
                # sshd hangs up after six keys (MaxAuthTries): dial again with those that it has not seen.
                left = [key for key in left if key not in offered]
                # Hung up without one key tried: dialling again would continue for ever.
                if not refused.hung_up or not left or not offered:
                    break
            finally:
                self._offered += offered
        return None

    def _refused(self) -> GuestLoginError:
        users = ", ".join(one_line(user, 60) for user in self._tried)
        return GuestLoginError(
            f"{self._dialler.goal.shown} rejected every login: tried {users} with {self._named_keys()}.",
            meaning=" ".join(
                (*(sentence(f"{each[:1].upper()}{each[1:]}") for each in self._keys.notes), "Nothing was changed.")
            ),
            remedy="Name the user with `--user` and the key with `--key`, or put the key into the SSH agent.",
        )

    def _named_keys(self) -> str:
        names = list(dict.fromkeys(one_line(key.name, 100) for key in self._offered))
        if not names:
            return "no key, because there is none to offer"
        more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
        return ", ".join(names[:_MOST_NAMED]) + more
