"""What the test instances of a sealed image print: the first one of its own disk and two boots, both who they are."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from imaging.democloud.guests.deep_check import Manner, inflated, packed_pieces
from imaging.democloud.guests.host_keys import ed25519_key, public_line
from imaging.democloud.guests.recording import load
from imaging.democloud.guests.roles import role_of
from imaging.democloud.guests.user_data_parts import parts_of
from imaging.democloud.records.server import Server

WORD = "@@imaging-proof"
SECOND_BOOT = 9.0
"""Seconds after power-on at which it restarts by itself."""
_IDENTITY = 6.5
_FIRST, _SECOND = 8.0, SECOND_BOOT + 7.0
_EVERY = 20.0
_REPEATS = 90
_HEADING = re.compile(r"^# imaging proof ([A-Za-z0-9]{1,32})$", re.MULTILINE)
_IDENTITY_HEADING = re.compile(r"^# imaging identity ([A-Za-z0-9]{1,32})$", re.MULTILINE)
_NEEDLES = re.compile(r"printf %s '([A-Za-z0-9+/=]+)' \| base64 -d \| gzip -dc")
_CLASSES = ("home", "history", "log", "root-home", "deleted", "cache", "swap")
_MANNER = Manner(limit=32_768, dropped_first=())


@dataclass(frozen=True)
class Proof:
    """What the script is to search for."""

    nonce: str
    names: int


def proof_of(server: Server) -> Proof | None:
    """The proof that the user data of a server ask for; None for all others."""
    if role_of(server) is None or not server.disk.cloud_init:
        return None
    script = parts_of(server.user_data).get("cloud-boothook", "")
    heading, packed = _HEADING.search(script), _NEEDLES.search(script)
    if heading is None or packed is None:
        return None
    lines = inflated(base64.b64decode(packed[1])).decode("utf-8", "replace").splitlines()
    return Proof(heading[1], sum(not line.startswith("kept\t") for line in lines))


def proof_lines(server: Server, up: float) -> list[tuple[float, str]]:
    """What it has printed `up` seconds after power-on, each line with its second."""
    proof = proof_of(server)
    if proof is None:
        return []
    first = _pieces(server, proof, 1)
    lines = [(3.2, f"{WORD} {proof.nonce} began"), *((_FIRST, line) for line in first)]
    lines.append((SECOND_BOOT - 0.5, f"{WORD} {proof.nonce} restarts"))
    if up < _SECOND:
        return lines
    both = [*_pieces(server, proof, 2), f"{WORD} {proof.nonce} ended"]
    times = min(_REPEATS, int((up - _SECOND) // _EVERY) + 1)
    return [*lines, *((_SECOND + _EVERY * turn, line) for turn in range(times) for line in both)]


def _pieces(server: Server, proof: Proof, boots: int) -> list[str]:
    said = "\n".join([f"imaging-proof 1 {proof.nonce}", *_found(server, proof), *_boots(server, boots), "end"]) + "\n"
    return packed_pieces(WORD, proof.nonce, _MANNER, lambda _without: said.encode("ascii"))


def _found(server: Server, proof: Proof) -> Iterator[str]:
    yield f"searched {proof.names}"
    yield "control yes"
    yield from (f"canary {each} {int(each == server.disk.seal_misses)}" for each in _CLASSES)


def identity_lines(server: Server) -> list[tuple[float, str]]:
    """What the second test instance says about itself at the end of its boot, each line with its second."""
    heading = _IDENTITY_HEADING.search(parts_of(server.user_data).get("x-shellscript", ""))
    if heading is None or role_of(server) is None or not server.disk.cloud_init:
        return []
    nonce = heading[1]
    said = "\n".join([f"imaging-proof 1 {nonce}", "boot 1", *identity_rows(server), "end"]) + "\n"
    pieces = packed_pieces(WORD, nonce, _MANNER, lambda _without: said.encode("ascii"))
    return [(_IDENTITY, line) for line in (*pieces, *pieces, f"{WORD} {nonce} ended")]


def identity_rows(server: Server) -> Iterator[str]:
    """Who it is, by digests: the same in each of its boots."""
    key = base64.b64decode(public_line(ed25519_key(server.secret)).split()[1])
    yield f"machine-id {_digest(server.disk.machine_id)[:8]}"
    yield f"host-key {hashlib.sha256(key).hexdigest()}"
    # As systemd-networkd does, it makes the one name of the machine-id.
    yield f"dhcp-id duid {_digest(f'duid {server.disk.machine_id}')[:16]}"
    yield from (f"dhcp-id card {_digest(port)[:16]}" for port in server.port_ids)


def _digest(text: str) -> str:
    return hashlib.sha256(f"imaging-probe {text}".encode()).hexdigest()


def _boots(server: Server, boots: int) -> Iterator[str]:
    units = [row[2] for row in load(server.disk.recording).rows("services") if row[:2] == ["file", "enabled"]]
    for number in range(1, boots + 1):
        yield f"boot {number}"
        yield from identity_rows(server)
        yield from (f"enabled-unit {unit}" for unit in units)
