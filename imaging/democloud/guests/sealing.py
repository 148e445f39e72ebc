"""What a temporary clone prints that was given the user data of a seal: what was taken away, and what lies there then.

The plan travels as comments at the end of the script (`#= operation<TAB>homes`), and so does the probe that is run
again afterwards (`#: …`). Counts are those of a real seal of the same tree, where one was recorded.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from imaging.democloud.guests.client_requests import Probe, probe_of
from imaging.democloud.guests.deep_check import Manner, inflated, packed_pieces
from imaging.democloud.guests.recording import load
from imaging.democloud.guests.report import report
from imaging.democloud.guests.roles import role_of
from imaging.democloud.records.server import Server

_FIRST_LINES = re.compile(rb"\A#cloud-boothook\n#!/bin/sh\n# imaging seal ([A-Za-z0-9]{1,32})\n")
_PLAN = re.compile(rb"^#= (.*)$", re.MULTILINE)
_PROBE = re.compile(rb"^#: ?(.*)$", re.MULTILINE)
_GZIP = b"\x1f\x8b"
WORD = "@@imaging-seal"
BEGINS, DONE = 3.0, 9.0
"""Seconds after power-on; the clone waits for the last stage of cloud-init before it changes anything."""
_WORKS = 2.0
_EVERY = 20.0
OFF = DONE + 1800.0
"""Then it powers itself off, if nobody has stopped it."""
_WITHOUT_NETWORK = 120.0
"""How much longer a boot takes that waits for a network."""
_CLASSES = ("home", "history", "log", "root-home", "deleted", "cache")
_KINDS = ("account", "home", "unit")
_ALWAYS_AGREED = frozenset({"account root", "home /root"})
_UNITS = (".service", ".socket", ".timer")


@dataclass(frozen=True)
class SealOrder:
    """What the script of a clone is to do."""

    nonce: str
    manner: Manner
    digest: str
    operations: tuple[str, ...]
    targets: dict[str, int]
    """How many things each operation names."""
    agreed: frozenset[str]
    """Accounts, homes and units that were agreed to, as `home /home/ada`: one more, and the clone changes nothing."""
    probe: Probe


def seal_order(server: Server) -> SealOrder | None:
    """The seal that the user data of a server ask for; None for all others, and where cloud-init does not run them."""
    if server.user_data is None or role_of(server) is None or not server.disk.cloud_init:
        return None
    try:
        script = base64.b64decode(server.user_data, validate=True)
    except (binascii.Error, ValueError):
        return None
    script = inflated(script) if script.startswith(_GZIP) else script
    first, manner = _FIRST_LINES.match(script), Manner.of(script)
    probe = probe_of(b"\n".join(found[1] for found in _PROBE.finditer(script)))
    if first is None or manner is None or probe is None:
        return None
    plan = [found[1].decode("utf-8", "replace").split("\t") for found in _PLAN.finditer(script)]
    operations = tuple(row[1] for row in plan if row[0] == "operation")
    named = [row[1] for row in plan if row[0] == "target"]
    digest = next((row[1] for row in plan if row[0] == "digest"), "")
    targets = {each: named.count(each) for each in operations}
    agreed = frozenset(f"{row[0]} {row[1]}" for row in plan if row[0] in _KINDS)
    return SealOrder(first[1].decode(), manner, digest, operations, targets, agreed, probe)


def done_after(server: Server) -> float:
    """Seconds from power-on to the result."""
    return DONE if server.port_ids else DONE + _WITHOUT_NETWORK


def seal_lines(server: Server, up: float) -> list[tuple[float, str]]:
    """What a clone has printed `up` seconds after power-on, each line with its second."""
    order = seal_order(server)
    if order is None:
        return []
    first = done_after(server)
    lines = [(BEGINS, f"{WORD} {order.nonce} began"), *_progress(server, order)]
    if up < first:
        return lines
    pieces = packed_pieces(WORD, order.nonce, order.manner, lambda without: _report(server, order, without))
    times = int((min(up, first + OFF) - first) // _EVERY) + 1
    return [*lines, *((first + _EVERY * turn, line) for turn in range(times) for line in pieces)]


def _progress(server: Server, order: SealOrder) -> Iterator[tuple[float, str]]:
    """How far it is: one line as it turns to each operation, between its boot and its result."""
    begins = done_after(server) - _WORKS
    for place, operation in enumerate(order.operations):
        at = begins + _WORKS * place / len(order.operations)
        yield at, f"{WORD} {order.nonce} progress {operation}"
        if operation == server.disk.seal_fails_at:
            return


def _report(server: Server, order: SealOrder, without: frozenset[str]) -> bytes:
    rows = "".join("\t".join(row) + "\n" for row in _rows(server, order))
    said = f"@@imaging-sealed-begin {order.nonce} 1\n{rows}@@imaging-sealed-end {order.nonce}\n".encode("ascii")
    if server.disk.seal_fails_at in order.operations or _appeared(server, order):
        return said
    sealed = replace(server, disk=replace(server.disk, sealed=True))
    now = (server.booted_at or 0) + done_after(server)
    return said + report(sealed, order.probe, now, user="root", volumes={}, without=without)


def _appeared(server: Server, order: SealOrder) -> list[str]:
    """What the disk has and nobody has agreed to, as the script compares it."""
    agreed = order.agreed | _ALWAYS_AGREED
    tells_units = any(each.startswith("unit ") for each in agreed)
    # An inspection that did not tell the units agreed to none of them, and to no change of them.
    return sorted(each for each in _state(server) - agreed if tells_units or not each.startswith("unit "))


def _state(server: Server) -> frozenset[str]:
    """Accounts of people, homes and enabled units, in the words of a plan."""
    if not server.disk.guest:
        return frozenset()
    recording = load(server.disk.guest)
    accounts = (f"account {row[1]}" for row in recording.rows("accounts") if row[0] == "account")
    homes = (
        f"home {row[-1].rstrip('/')}"
        for row in recording.rows("directories")
        if row[0] == "directory" and row[2] == "home"
    )
    files = (row for row in recording.rows("services") if row[:2] == ["file", "enabled"])
    return frozenset({*accounts, *homes, *(f"unit {row[2]}" for row in files if row[2].endswith(_UNITS))})


def _rows(server: Server, order: SealOrder) -> Iterator[tuple[str, ...]]:
    appeared = _appeared(server, order)
    if appeared:
        yield ("state", "changed")
        yield ("digest", order.digest)
        yield from (("appeared", each) for each in appeared)
        return
    fails_at = server.disk.seal_fails_at if server.disk.seal_fails_at in order.operations else ""
    yield ("state", "failed" if fails_at else "sealed")
    if fails_at:
        yield ("why", f"{fails_at}: 1 left of 3, such as /var/log/survey/run.log")
    yield ("digest", order.digest)
    recorded = load(server.disk.recording_of_seal).seal if server.disk.recording_of_seal else {}
    for operation in order.operations:
        if operation == fails_at:
            yield ("result", operation, "3", "1", "")
            return
        yield ("result", operation, str(recorded.get(operation, order.targets[operation])), "0", "")
    yield ("trimmed", "yes")
    yield ("zero_filled", "no")
    yield from (("canary", each, "yes", "no") for each in _CLASSES)
    yield ("control", "yes")
    yield ("seconds", "4")
