"""A temporary instance that was given the boothook of a deep check: what it prints of that disk on its console."""

from __future__ import annotations

import base64
import binascii

from imaging.democloud.guests.client_requests import Probe
from imaging.democloud.guests.deep_check import deep_check_of, printed
from imaging.democloud.guests.report import report
from imaging.democloud.guests.roles import role_of
from imaging.democloud.guests.user_data_parts import parts_of
from imaging.democloud.records.server import Server


def deep_check_lines(server: Server) -> list[tuple[float, str]]:
    """The lines, each with the second after power-on; none without such user data, or without cloud-init."""
    if server.user_data is None or role_of(server) is None or not server.disk.cloud_init:
        return []
    boothook = parts_of(server.user_data).get("cloud-boothook", "").encode("ascii", "replace")
    try:
        check = deep_check_of(boothook or base64.b64decode(server.user_data, validate=True))
    except (binascii.Error, ValueError):
        return []
    if check is None:
        return []
    own = "own" if server.disk.machine_id == server.id.replace("-", "") else "kept"
    of_itself = f"@@imaging-self {check.nonce} instance {server.id}\n@@imaging-self {check.nonce} machine-id {own}\n"

    def inspect(probe: Probe, without: frozenset[str]) -> bytes:
        return report(server, probe, (server.booted_at or 0) + 3, user="root", volumes={}, without=without)

    return printed(check, of_itself.encode(), inspect)
