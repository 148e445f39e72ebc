"""What the boothook of a deep check would print on the console of a temporary instance: the report in numbered pieces.

The format is the console's (`@@imaging-deep NONCE 3/12 CHECKSUM PIECE`): the report is gzipped, put into base64 and
cut; the checksum is computed over the place and the piece; everything is said twice. A report that is too long for a
console loses whole parts, in the order that the boothook names.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from imaging.democloud.guests.client_requests import Probe, probe_of

_FIRST_LINES = re.compile(rb"\A#cloud-boothook\n#!/bin/sh\n# imaging deep check ([A-Za-z0-9]{1,32})\n")
_PACKED_PROBE = re.compile(rb"printf %s '([A-Za-z0-9+/=\s]+)' \| base64 -d \| gzip -dc")
_LIMIT = re.compile(rb"^limit=(\d{1,6})$", re.MULTILINE)
_DROPPED_FIRST = re.compile(rb"^dropped_first='([a-z_ ]*)'$", re.MULTILINE)
_GZIP = b"\x1f\x8b"
_WIDTH = 144
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_PRIME = 2_147_483_647
_LARGEST_SCRIPT = 2_000_000
_BEGINS, _FIRST, _SECOND, _ENDS = 3.0, 3.5, 5.0, 5.9
"""Seconds after power-on: cloud-init runs a boothook as soon as it has read its user data, beside the boot."""

Reporting = Callable[[Probe, frozenset[str]], bytes]
"""Makes the report of a probe without the rows of some parts."""


@dataclass(frozen=True)
class DeepCheck:
    """What a boothook is to do."""

    nonce: str
    limit: int
    """Characters of base64."""
    dropped_first: tuple[str, ...]
    """Parts, in the order in which they are left out if the report is too long."""
    probe: Probe


def deep_check_of(user_data: bytes) -> DeepCheck | None:
    """The deep check that user data asks for; None for all other user data."""
    if user_data.startswith(_GZIP):  # which cloud-init undoes by itself
        user_data = _inflated(user_data)
    first, packed, limit = _FIRST_LINES.match(user_data), _PACKED_PROBE.search(user_data), _LIMIT.search(user_data)
    if first is None or packed is None or limit is None:
        return None
    probe = probe_of(_unpacked(packed[1]))
    if probe is None:
        return None
    dropped = _DROPPED_FIRST.search(user_data)
    names = tuple(dropped[1].decode().split()) if dropped else ()
    return DeepCheck(first[1].decode(), int(limit[1]), names, probe)


def printed(check: DeepCheck, of_itself: bytes, report: Reporting) -> list[tuple[float, str]]:
    """The lines on the console, each with the second after power-on.

    Args:
        check: what was asked.
        of_itself: what the temporary instance says of itself before the report.
        report: makes the report.
    """
    begins = [(_BEGINS, f"@@imaging-deep {check.nonce} began")]
    for count in range(len(check.dropped_first) + 1):
        whole = of_itself + report(check.probe, frozenset(check.dropped_first[:count])) + b"\n"
        packed = base64.encodebytes(gzip.compress(whole, mtime=0)).decode("ascii")
        if len(packed) <= check.limit:
            pieces = _pieces(check.nonce, packed.replace("\n", ""))
            said = [(at, line) for at in (_FIRST, _SECOND) for line in pieces]
            return [*begins, *said, (_ENDS, f"@@imaging-deep {check.nonce} ended")]
    return [*begins, (_FIRST, f"@@imaging-deep {check.nonce} failed its report is too long for a console")]


def _pieces(nonce: str, text: str) -> list[str]:
    pieces = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    lines = []
    for number, piece in enumerate(pieces, start=1):
        place = f"{number}/{len(pieces)}"
        lines.append(f"@@imaging-deep {nonce} {place} {_checksum(f'{place} {piece}')} {piece}")
    return lines


def _checksum(text: str) -> int:
    value = 0
    for letter in text:
        value = (value * 33 + _LETTERS.find(letter) + 1) % _PRIME
    return value


def _unpacked(packed: bytes) -> bytes:
    try:
        return _inflated(base64.b64decode(packed))
    except binascii.Error:
        return b""


def _inflated(packed: bytes) -> bytes:
    """What gzip packed, as far as it is not larger than any script is; nothing where it is no gzip."""
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(packed, _LARGEST_SCRIPT)
    except zlib.error:
        return b""
