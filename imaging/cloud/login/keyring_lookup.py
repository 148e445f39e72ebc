"""Asks the system keyring for a secret, if there is one that keeps secrets.

A keyring call can block for ever (a locked collection whose prompter is not there), can fail in many ways on a
machine without a desktop, or can be answered by a back end that keeps everything in plain text. So it runs in a
daemon thread with a time limit, and only back ends that encrypt and never ask on the terminal are used.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from imaging.runtime.threads import in_thread

SERVICE = "imaging-console"
"""The service name of every entry; for the account see `account_of`."""

_REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt", "keyrings.cryptfile")
"""Nothing is kept (fail, null), kept in plain text or weakly (alt), or asked for on the terminal (cryptfile)."""
_CHAINER = "keyring.backends.chainer"

_log = logging.getLogger(__name__)


def account_of(cloud: str, user: str, address: str) -> str:
    """The account of a secret. It names where the secret goes: another entry of the same name gets nothing.

    Args:
        cloud: the cloud's name in clouds.yaml.
        user: the user, or the id of an application credential.
        address: scheme, host and port of its auth_url, such as `https://cloud.example.org:5000`.
    """
    return f"{cloud}/{user}@{address}"


async def look_up(account: str, seconds: float) -> str | None:
    """The secret of an account; None where there is none, no keyring that may be used, or no answer in time.

    Args:
        account: see `account_of`.
        seconds: how long to wait. A call that blocks longer is left behind in its thread.
    """
    try:
        async with asyncio.timeout(seconds):
            return await in_thread(lambda: _ask(account))
    except TimeoutError:
        _log.warning("the system keyring did not answer within %.0f s", seconds)
        return None


def _ask(account: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415  # it searches for its back ends, which can take long: in this thread

        for backend in usable_backends(keyring.get_keyring()):
            found = backend.get_password(SERVICE, account)
            if isinstance(found, str) and found:
                return found
    except BaseException as error:  # noqa: BLE001  # back ends may raise anything; without a keyring the user is asked
        _log.info("the system keyring cannot be used: %s", type(error).__name__)
    return None


def usable_backends(backend: Any) -> Iterable[Any]:
    """The back ends that may be used: the given one, or those inside it where it is a chain of several."""
    if any(kind.__module__.startswith(_CHAINER) for kind in type(backend).__mro__):
        for inner in backend.backends:
            yield from usable_backends(inner)
    elif not is_refused(backend):
        yield backend


def is_refused(backend: Any) -> bool:
    """Whether a back end keeps nothing, keeps it readable, or would ask on the terminal; by class and ancestors."""
    kinds = type(backend).__mro__
    return any(kind.__module__.startswith(_REFUSED) or "plaintext" in kind.__name__.lower() for kind in kinds)
