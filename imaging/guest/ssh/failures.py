"""The boundary: what asyncssh and the system say about a failed connection, in our words, with what to do next."""

from __future__ import annotations

import errno
import socket

import asyncssh

from imaging.guest.ssh.config import Destination
from models.errors import GuestUnreachableError
from models.text import one_line

_FIREWALL = "Check whether a security group lets port 22 in from here, and whether the guest is up."
_BUSY = "It may still be booting, be full, or bar this address after failed logins; try again in a minute."
_BY_NUMBER = {
    errno.ECONNREFUSED: ("refuses the connection", "No SSH server listens there (yet): the guest may still boot."),
    errno.EHOSTUNREACH: ("cannot be reached: no route to it", "A private address needs a jump host: see `ssh_config`."),
    errno.ENETUNREACH: ("cannot be reached: no route to it", "A private address needs a jump host: see `ssh_config`."),
    errno.ETIMEDOUT: ("does not answer", _FIREWALL),
    errno.ECONNRESET: ("closed the connection before the login", _BUSY),
    errno.ENOENT: ("cannot be reached: the ProxyCommand does not exist", "Correct it in the ssh config."),
}
_NO_TUNNEL = "The jump host cannot reach it: look whether it may, and whether the guest is up."
_OTHER_SERVICE = "Another service may listen on that port: name the right one with `--port`."
TOO_MANY = "too many authentication failures"


def silent(goal: Destination, seconds: float, *, connected: bool) -> GuestUnreachableError:
    """The error when time ran out.

    Args:
        goal: who was silent.
        seconds: for how long.
        connected: whether the connection itself had come about.
    """
    if connected:
        what = f"{goal.shown} accepted the connection but did not let it come about within {seconds:.0f} s."
        return GuestUnreachableError(what, remedy="The guest may hang or be overloaded: read its console log.")
    return GuestUnreachableError(f"{goal.shown} does not answer within {seconds:.0f} s.", remedy=_FIREWALL)


def unreachable(goal: Destination, error: Exception) -> GuestUnreachableError:
    """The error for anything that asyncssh or the system raised, but for refused keys."""
    what, remedy = _text_and_remedy(error)
    return GuestUnreachableError(f"{goal.shown} {what}.", remedy=remedy)


def _text_and_remedy(error: Exception) -> tuple[str, str]:
    if isinstance(error, socket.gaierror):
        return "is a name that nobody knows", "Correct it, or the HostName in the ssh config."
    if isinstance(error, OSError):
        return _of_the_system(error)
    if isinstance(error, asyncssh.DisconnectError | asyncssh.ChannelOpenError):
        return _of_the_server(error)
    return f"cannot be talked to: {one_line(error, 200)}", "Try `ssh -v` to it by hand."


def _of_the_server(error: asyncssh.DisconnectError | asyncssh.ChannelOpenError) -> tuple[str, str]:
    reason = one_line(error.reason, 300)
    match error:
        case asyncssh.ChannelOpenError():
            return f"cannot be reached from the jump host: {reason}", _NO_TUNNEL
        case asyncssh.KeyExchangeFailed():
            return f"shares no way of encrypting with us: {reason}", "Its SSH server is very old."
        case asyncssh.ConnectionLost():
            return "closed the connection before the login", _BUSY
        case _:
            return f"does not speak SSH as it should: {reason}", _OTHER_SERVICE


def _of_the_system(error: OSError) -> tuple[str, str]:
    if error.errno in _BY_NUMBER:
        return _BY_NUMBER[error.errno]
    text = str(error)  # asyncio joins several addresses' errors into one without a number
    for number, said in _BY_NUMBER.items():
        if f"Errno {number}]" in text:
            return said
    return f"cannot be reached: {one_line(error.strerror or text, 200)}", _FIREWALL
