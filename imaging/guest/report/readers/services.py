"""Reads what is set to run and what runs."""

from __future__ import annotations

import ipaddress

from imaging.guest.report.rows import Rows, whole
from models import foreign
from models.guest.services import Listener, Process, Services, Unit

_IPV4_DIGITS = 8
_IPV6_DIGITS = 32


def read_services(rows: Rows) -> Services:
    """The units as systemctl tells, sockets and processes as /proc has them."""
    enabled = dict(rows.read("file", _named, fields=2))
    active = dict(rows.read("unit", _named, fields=2))
    return Services(
        units=tuple(
            Unit(name=name, enabled=enabled.get(name, ""), active=active.get(name, "inactive" if active else ""))
            for name in sorted({*enabled, *active})
        ),
        listeners=tuple(dict.fromkeys(rows.read("listener", _listener, fields=3))),
        processes=rows.read("process", _process, fields=4),
        runs=rows.text("runs") != "no",
    )


def _named(state: str, name: str) -> tuple[str, str]:
    return name, state


def _listener(protocol: str, where: str, process: str) -> Listener:
    address, _, port = where.partition(":")
    return Listener(
        protocol=protocol, address=_address(address), port=foreign.in_base(port, 16, high=65_535), process=process
    )


def _address(digits: str) -> str:
    """An address of /proc/net/tcp: groups of four bytes, each with its lowest byte first."""
    if len(digits) not in {_IPV4_DIGITS, _IPV6_DIGITS}:
        raise ValueError("not an address")
    raw = bytes.fromhex(digits)
    return str(ipaddress.ip_address(b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))))


def _process(pid: str, user: str, name: str, path: str) -> Process:
    number = whole(pid)
    if number is None:
        raise ValueError("a process without a number")
    return Process(pid=number, name=name, path=path.removesuffix(" (deleted)"), user=user)
