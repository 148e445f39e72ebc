"""Which addresses of an instance to try, and in which order."""

from __future__ import annotations

import ipaddress

from imaging.guest.host_keys import names
from imaging.guest.host_keys.names import Host, Ip
from imaging.guest.interface import GuestAccess
from models.cloud.instance import Address, Instance
from models.errors import GuestUnreachableError

MOST = 4
"""More are not tried: each may cost the whole patience with a silent address."""

_THIS_NETWORK = ipaddress.ip_network("0.0.0.0/8")
_TRANSLATED = tuple(ipaddress.IPv6Network(each) for each in ("64:ff9b::/96", "::ffff:0:0:0/96", "::/96"))
"""Networks of IPv6 whose last 32 bits are an IPv4 address: NAT64, stateless translation, compatible addresses."""


def addresses_to_try(instance: Instance, access: GuestAccess) -> tuple[Host, ...]:
    """The addresses, the likeliest first: floating, then fixed ones that the world can route to, then private ones.

    What the cloud lists is untrusted: only what is an address counts, so that a crafted text can never name another
    host, stand for an option, or mean something to a shell. An address that the user gave is the only one.

    Raises:
        UsageError: what the user gave is neither an address nor a host name.
        GuestUnreachableError: there is none.
    """
    if access.address:
        return (names.host(access.address, "The address"),)
    # A floating address first: fixed ones are mostly private, and each wrong one costs a whole time-out.
    found = sorted(_usable(instance.addresses), key=_rank)
    if not found:
        raise GuestUnreachableError(
            "The instance has no address at all.",
            remedy="Give it a port on a network or a floating IP, or name an address with `--address`.",
        )
    # Written from the number: one address has many spellings, and known_hosts knows one of them.
    return tuple(dict.fromkeys(Host(str(ip)) for ip, _ in found))[:MOST]


def _usable(addresses: tuple[Address, ...]) -> list[tuple[Ip, str]]:
    read = ((_read(address.address), address.kind) for address in addresses)
    return [(ip, kind) for ip, kind in read if ip is not None and not _nowhere(ip)]


def _read(text: str) -> Ip | None:
    """An address; an IPv4 address in the clothes of IPv6 (`::ffff:127.0.0.1`) as what it is."""
    ip = names.read_ip(text)
    # The system connects to the IPv4 address inside, loopback included, so that is what is judged.
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _nowhere(ip: Ip) -> bool:
    """Whether it would lead to this very machine, to many, or to none."""
    reserved = ip.version == 4 and (ip.is_reserved or ip in _THIS_NETWORK)  # noqa: PLR2004  # IPv4; of IPv6 much is
    inner = _inner(ip)
    if inner is not None and _nowhere(inner):
        return True
    return ip.is_loopback or ip.is_link_local or ip.is_multicast or ip.is_unspecified or reserved


def _inner(ip: Ip) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a gateway, or this machine itself, would make of an IPv6 address."""
    if isinstance(ip, ipaddress.IPv4Address):
        return None
    if any(ip in network for network in _TRANSLATED):
        return ipaddress.IPv4Address(ip.packed[-4:])
    return ip.sixtofour


def _rank(found: tuple[Ip, str]) -> tuple[bool, bool, int]:
    """Smaller is tried earlier; sorting keeps the cloud's order among equals."""
    ip, kind = found
    return kind != "floating", not ip.is_global, ip.version
