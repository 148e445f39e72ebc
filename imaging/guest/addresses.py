"""Which addresses of an instance to try, and in which order."""

from __future__ import annotations

import ipaddress

from imaging.guest.interface import GuestAccess
from models.errors import GuestUnreachableError
from models.instance import Address, Instance

MOST = 4
"""More are not tried: each may cost the whole patience with a silent address."""


def addresses_to_try(instance: Instance, access: GuestAccess) -> tuple[str, ...]:
    """The addresses, the likeliest first: floating, then fixed ones that the world can route to, then private ones.

    What the cloud lists is untrusted: only what is an address counts, so that a crafted text can never name another
    host or stand for an option. An address that the user gave is the only one.

    Raises:
        GuestUnreachableError: there is none.
    """
    if access.address:
        return (access.address,)
    found = sorted(_usable(instance.addresses), key=_rank)
    if not found:
        raise GuestUnreachableError(
            "The instance has no address at all.",
            remedy="Give it a port on a network, a floating IP, or name a way in with `--address`.",
        )
    return tuple(dict.fromkeys(str(ip) for ip, _ in found))[:MOST]


_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address


def _usable(addresses: tuple[Address, ...]) -> list[tuple[_Ip, str]]:
    read = ((_read(address.address), address.kind) for address in addresses)
    return [(ip, kind) for ip, kind in read if ip is not None and not _nowhere(ip)]


def _read(text: str) -> _Ip | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _nowhere(ip: _Ip) -> bool:
    """Whether it would lead to this very machine, to many, or to none."""
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified


def _rank(found: tuple[_Ip, str]) -> tuple[bool, bool, int]:
    """Smaller is tried earlier; sorting keeps the cloud's order among equals."""
    ip, kind = found
    return kind != "floating", not ip.is_global, ip.version
