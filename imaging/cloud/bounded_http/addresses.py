"""Addresses of services, taken apart: who is asked, and whether anybody on the way can read it."""

from __future__ import annotations

import ipaddress
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from models.text import one_line

_DEFAULT_PORTS = {"http": 80, "https": 443}
_SHOWN_CHARACTERS = 120


class Address(NamedTuple):
    """Scheme, host and port of a URL: what a connection is made to."""

    scheme: str
    host: str
    port: int

    @property
    def is_plain(self) -> bool:
        """Whether what is sent there is not encrypted."""
        return self.scheme == "http"

    def __str__(self) -> str:
        """As a user writes it; a default port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}"
        return one_line(f"{self.scheme}://{host}{port}", _SHOWN_CHARACTERS)


def address_of(url: str) -> Address:
    """The address that a URL leads to, by the same reading as requests connects by.

    Raises:
        ValueError: it is no address of an HTTP service.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), _one_spelling((parts.hostname or "").lower())
    if scheme not in _DEFAULT_PORTS or not host:
        msg = "no address of an HTTP service"
        raise ValueError(msg)
    return Address(scheme, host, _DEFAULT_PORTS[scheme] if parts.port is None else parts.port)


def _one_spelling(host: str) -> str:
    """A host as it is asked for, in any spelling: letters beyond ASCII, IPv6 with zeros, a dot at its end.

    Raises:
        ValueError: it is no host.
    """
    if not host.isascii():
        from requests import PreparedRequest  # noqa: PLC0415  # the HTTP libraries: not before they are needed

        host = PreparedRequest._get_idna_encoded_host(host)  # noqa: SLF001  # its result is what is connected to
    if ":" in host and "%" not in host:
        return str(ipaddress.ip_address(host))
    # "cloud.example." is the same host in DNS, and must not count as another one.
    return host.removesuffix(".")


def has_userinfo(url: str) -> bool:
    """Whether a user or a password stands in the URL."""
    return "@" in urlsplit(url).netloc


def password_in(url: str) -> str:
    """The password that stands in a URL; empty if there is none."""
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


def over_tls(url: str) -> str:
    """The same by https: a TLS proxy in front of a service keeps its port; only the port of plain HTTP is replaced."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    # Port 80 with TLS is never meant.
    netloc = parts.netloc if parts.port != _DEFAULT_PORTS["http"] else parts.netloc[: -len(host)] + _portless(host)
    return urlunsplit(parts._replace(scheme="https", netloc=netloc))


def _portless(host: str) -> str:
    return host.rpartition(":")[0]


def stays_in_machine(url: str) -> bool:
    """Whether a URL names a loopback address, so that no network is passed.

    Only 127.0.0.0/8 and ::1 count, in digits: what a name such as localhost leads to is decided elsewhere.
    """
    try:
        return ipaddress.ip_address(address_of(url).host).is_loopback
    except ValueError:
        return False
