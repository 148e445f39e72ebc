"""Which lines of the network's files may tie it to this machine: only these are told, for the others may hold keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_COMMAND: Final = re.compile(r"\A(?:pre-|post-)?up ")
_OF_ADDRESSES: Final = re.compile(r"(?:\A|[ /])(?:ip|ifconfig|route) ")
_IFUPDOWN: Final = re.compile(r"\A(?:iface|address|gateway|dns-|hwaddress|source|inherits|mapping)")
_IFCFG: Final = re.compile(r"\A(?:HWADDR|MACADDR|LLADDR|IPADDR|IPV6ADDR|IPV6_DEFAULTGW|GATEWAY|DNS[0-9])")
_ROUTE: Final = re.compile(r"\A(?:default|0\.0\.0\.0|::/0)")
_UDEV: Final = re.compile(r"ATTRS?\{address\}")
_DHCPCD: Final = re.compile(r"\A(?:static|inform)")
_WICKED: Final = re.compile(r"<(?:local|address|gateway|nexthop|server|mac-address)>")
_KEYFILE: Final = re.compile(
    r"\A(?:\[|(?:cloned-)?mac-address *=|addresses? *=|address[0-9]|gateway *=|dns *=|(?:Permanent)?MACAddress *="
    r"|(?:Address|Gateway|DNS|Name) *=)"
)


_Test = Callable[[str], bool]


def ties(path: str, line: str) -> bool:
    """Whether a line of a file says an address, a name or a way; of a form without settings, whether it is anything."""
    return next(form(line) for is_in, form in _FORMS if is_in(path))


def _is_ifupdowns(path: str) -> bool:
    return "/network/" in path and "sysconfig" not in path and "systemd" not in path


def _of_ifupdown(line: str) -> bool:
    return bool(_OF_ADDRESSES.search(line) if _COMMAND.match(line) else _IFUPDOWN.match(line))


def _begins(form: re.Pattern[str]) -> _Test:
    return lambda line: form.match(line) is not None


_FORMS: Final[tuple[tuple[_Test, _Test], ...]] = (
    (_is_ifupdowns, _of_ifupdown),
    (lambda path: "/ifcfg-" in path, _begins(_IFCFG)),
    (lambda path: "route" in path, _begins(_ROUTE)),
    (lambda path: path.endswith(".rules") and "net" in path, lambda line: "NAME" in line or bool(_UDEV.search(line))),
    (lambda path: path.endswith(".rules"), lambda line: bool(_UDEV.search(line))),
    (lambda path: "dhcpcd" in path, _begins(_DHCPCD)),
    (lambda path: path.endswith(".xml"), lambda line: bool(_WICKED.search(line))),
    (lambda _path: True, lambda line: "=" not in line or bool(_KEYFILE.match(line))),
)
"""Whose file it is, and which of its lines count; the first that fits."""
