"""The one place that says what a host, a user, a port and a name in known_hosts may look like.

These texts come from a cloud, from a person and from the ssh config, and are passed to a shell (`%h`, `%r`, `%p` of a
ProxyCommand), to paths (`%h` of an IdentityFile), to host patterns, and to lines of known_hosts. A character that
means anything to one of these has no place in them. So each passes here before the ssh config is read with it, and
what the config makes of it passes here again before anything is connected or started. The types are made nowhere else.
"""

from __future__ import annotations

import ipaddress
import re
from typing import NewType

from models import foreign
from models.errors import UsageError
from models.text import one_line

Host = NewType("Host", str)
"""An IP address without a zone, or a host name."""
User = NewType("User", str)
Port = NewType("Port", int)
KnownName = NewType("KnownName", str)
"""How known_hosts names a host: `HOST`, or `[HOST]:PORT`."""

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address

SSH_PORT = Port(22)
MAX_PORT = 65_535
_LONGEST_NAME = 253
"""Characters of a name in DNS (RFC 1035), of which each label has 63 at most."""
_LONGEST_ADDRESS = 45
"""Characters of an IPv6 address, with an IPv4 address at its end."""
_NAME = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?:\.(?!-)[A-Za-z0-9_-]{1,63})*", re.ASCII)
_ONLY_NUMBERS = re.compile(r"(?:0[xX][0-9A-Fa-f]*|[0-9]+)(?:\.(?:0[xX][0-9A-Fa-f]*|[0-9]+))*", re.ASCII)
"""What a resolver takes for an IPv4 address in decimal, octal or hexadecimal numbers, however many: `2130706433`."""
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}", re.ASCII)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)
_WITH_PORT = re.compile(r"\[([^][]*)\]:([0-9]+)", re.ASCII)

_HOST_FORM = (
    "Name an IPv4 address, an IPv6 address without a zone (`%…`), or a host name of letters, digits, `.`, `-` and `_`."
)
_PORT_FORM = "A port is a number from 1 to 65535."
USER_FORM = "A user's name has at most 32 letters, digits, `_`, `.` and `-`, and begins with none of the last two."


def read_ip(text: str) -> Ip | None:
    """An IP address without a zone; None for anything else.

    Python's `ipaddress` takes anything after a `%` as a zone: a shell command, or a pattern that means every host.
    """
    if "%" in text or len(text) > _LONGEST_ADDRESS:
        return None
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def is_host(text: str) -> bool:
    """Whether a text is an IP address without a zone or a host name."""
    return read_ip(text) is not None or _is_name(text)


def _is_name(text: str) -> bool:
    return len(text) <= _LONGEST_NAME and bool(_NAME.fullmatch(text)) and not _ONLY_NUMBERS.fullmatch(text)


def is_user(text: str) -> bool:
    """Whether a text can be a user's name, also one with the domain of a directory behind `@`."""
    name, at, domain = text.partition("@")
    return _USER.fullmatch(name) is not None and (not at or _is_name(domain))


def host(text: str, called: str, *, error: type[UsageError] = UsageError) -> Host:
    """A host.

    Args:
        text: an address or a name.
        called: where it stands, for the message: `--address`, or `HostName in the ssh config`.
        error: what is raised.

    Raises:
        UsageError: it is neither an IP address without a zone nor a host name.
    """
    if not is_host(text):
        raise error(f"{called} {_shown(text)} is no address and no host name.", meaning=_UNSENT, remedy=_HOST_FORM)
    return Host(text)


def user(text: str, called: str, *, error: type[UsageError] = UsageError) -> User:
    """A user's name; see `host` for the arguments.

    Raises:
        UsageError: it cannot be one.
    """
    if not is_user(text):
        raise error(f"{called} {_shown(text)} is no user's name.", meaning=_UNSENT, remedy=USER_FORM)
    return User(text)


def port(value: int | str, called: str, *, error: type[UsageError] = UsageError) -> Port:
    """A port, also as text; see `host` for the arguments.

    Raises:
        UsageError: it is no number from 1 to 65535.
    """
    text = str(value)
    # The pattern first: int() takes signs, blanks, underscores and digits of other scripts.
    number = foreign.whole(text) if _PORT.fullmatch(text) else 0
    if not 1 <= number <= MAX_PORT:
        raise error(f"{called} {_shown(text)} is no port.", meaning=_UNSENT, remedy=_PORT_FORM)
    return Port(number)


def known_name(of_host: Host, of_port: Port) -> KnownName:
    """How known_hosts names a host: with brackets where the port is not the usual one."""
    return KnownName(of_host if of_port == SSH_PORT else f"[{of_host}]:{of_port}")


def checked_known_name(text: str, called: str, *, error: type[UsageError] = UsageError) -> KnownName:
    """A name for known_hosts that somebody wrote, such as a HostKeyAlias; see `host` for the arguments.

    Raises:
        UsageError: it is neither a host nor `[HOST]:PORT`; it could be a pattern that means others as well.
    """
    with_port = _WITH_PORT.fullmatch(text)
    host(with_port[1] if with_port else text, called, error=error)
    if with_port:
        port(with_port[2], called, error=error)
    return KnownName(text)


_UNSENT = "Nothing was sent anywhere."


def _shown(text: str) -> str:
    return f"'{one_line(text, 100)}'"
