"""What a test instance of a sealed image prints that was given the user data of the proof: its own disk, two boots."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes

from imaging.democloud.guests.deep_check import Manner, inflated, packed_pieces
from imaging.democloud.guests.host_keys import ed25519_key, public_line
from imaging.democloud.guests.recording import load
from imaging.democloud.guests.roles import role_of
from imaging.democloud.records import Server

WORD = "@@imaging-proof"
SECOND_BOOT = 9.0
"""Seconds after power-on at which it restarts by itself."""
_FIRST, _SECOND = 8.0, SECOND_BOOT + 7.0
_EVERY = 20.0
_REPEATS = 90
_GZIP = b"\x1f\x8b"
_HEADING = re.compile(r"^# imaging proof ([A-Za-z0-9]{1,32})$", re.MULTILINE)
_NEEDLES = re.compile(r"printf %s '([A-Za-z0-9+/=]+)' \| base64 -d \| gzip -dc")
_CLASSES = ("home", "history", "log", "root-home", "deleted", "cache", "swap")
_MANNER = Manner(limit=32_768, dropped_first=())


@dataclass(frozen=True)
class Proof:
    """What the script is to search for."""

    nonce: str
    names: int


def parts_of(user_data: str | None) -> dict[str, str]:
    """The parts of user data in MIME form, by type; empty where they are in no such form."""
    if user_data is None:
        return {}
    try:
        given = base64.b64decode(user_data, validate=True)
    except (binascii.Error, ValueError):
        return {}
    message = message_from_bytes(inflated(given) if given.startswith(_GZIP) else given)
    if not message.is_multipart():
        return {}
    found = ((part.get_content_subtype(), part.get_payload(decode=True)) for part in message.walk())
    return {kind: text.decode("ascii", "replace") for kind, text in found if isinstance(text, bytes)}


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


def _boots(server: Server, boots: int) -> Iterator[str]:
    key = base64.b64decode(public_line(ed25519_key(server.secret)).split()[1])
    machine_id = hashlib.sha256(f"imaging-probe {server.disk.machine_id}".encode()).hexdigest()[:8]
    units = [row[2] for row in load(server.disk.recording).rows("services") if row[:2] == ["file", "enabled"]]
    for number in range(1, boots + 1):
        yield f"boot {number}"
        yield f"machine-id {machine_id}"
        yield f"host-key {hashlib.sha256(key).hexdigest()}"
        yield from (f"enabled-unit {unit}" for unit in units)
