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
_WORD = "@@imaging-deep"
_WIDTH = 144
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_PRIME = 2_147_483_647
_LARGEST_SCRIPT = 2_000_000
_BEGINS, _FIRST, _SECOND, _ENDS = 3.0, 3.5, 5.0, 5.9
"""Seconds after power-on: cloud-init runs a boothook as soon as it has read its user data, beside the boot."""

Reporting = Callable[[Probe, frozenset[str]], bytes]
"""Makes the report of a probe without the rows of some parts."""


@dataclass(frozen=True)
class Manner:
    """How a script shows its report."""

    limit: int
    """Characters of base64."""
    dropped_first: tuple[str, ...]
    """Parts, in the order in which they are left out if the report is too long."""

    @classmethod
    def of(cls, script: bytes) -> Manner | None:
        """As the script says it; None where it says nothing of it."""
        limit, dropped = _LIMIT.search(script), _DROPPED_FIRST.search(script)
        if limit is None:
            return None
        return cls(int(limit[1]), tuple(dropped[1].decode().split()) if dropped else ())


@dataclass(frozen=True)
class DeepCheck:
    """What a boothook is to do."""

    nonce: str
    manner: Manner
    probe: Probe


def deep_check_of(user_data: bytes) -> DeepCheck | None:
    """The deep check that user data asks for; None for all other user data."""
    if user_data.startswith(_GZIP):  # which cloud-init undoes by itself
        user_data = inflated(user_data)
    first, packed, manner = _FIRST_LINES.match(user_data), _PACKED_PROBE.search(user_data), Manner.of(user_data)
    if first is None or packed is None or manner is None:
        return None
    probe = probe_of(_unpacked(packed[1]))
    return DeepCheck(first[1].decode(), manner, probe) if probe is not None else None


def printed(check: DeepCheck, of_itself: bytes, report: Reporting) -> list[tuple[float, str]]:
    """The lines on the console, each with the second after power-on.

    Args:
        check: what was asked.
        of_itself: what the temporary instance says about itself before the report.
        report: makes the report.
    """
    begins = [(_BEGINS, f"{_WORD} {check.nonce} began")]
    pieces = packed_pieces(
        _WORD, check.nonce, check.manner, lambda without: of_itself + report(check.probe, without) + b"\n"
    )
    if len(pieces) == 1:  # why there are none
        return [*begins, (_FIRST, pieces[0])]
    said = [(at, line) for at in (_FIRST, _SECOND) for line in pieces]
    return [*begins, *said, (_ENDS, f"{_WORD} {check.nonce} ended")]


def packed_pieces(word: str, nonce: str, manner: Manner, report: Callable[[frozenset[str]], bytes]) -> list[str]:
    """A report as lines on a console, without the parts that it must do without; or why it cannot be shown.

    Args:
        word: with which the lines begin.
        nonce: which they bear.
        manner: how long a report may be.
        report: makes the report without the rows of some parts.
    """
    for count in range(len(manner.dropped_first) + 1):
        whole = report(frozenset(manner.dropped_first[:count]))
        packed = base64.encodebytes(gzip.compress(whole, mtime=0)).decode("ascii")
        if len(packed) <= manner.limit:
            return _pieces(word, nonce, packed.replace("\n", ""))
    return [f"{word} {nonce} failed its report is too long for a console"]


def _pieces(word: str, nonce: str, text: str) -> list[str]:
    pieces = [text[at : at + _WIDTH] for at in range(0, len(text), _WIDTH)]
    lines = []
    for number, piece in enumerate(pieces, start=1):
        place = f"{number}/{len(pieces)}"
        lines.append(f"{word} {nonce} {place} {_checksum(f'{place} {piece}')} {piece}")
    return lines


def _checksum(text: str) -> int:
    value = 0
    for letter in text:
        value = (value * 33 + _LETTERS.find(letter) + 1) % _PRIME
    return value


def _unpacked(packed: bytes) -> bytes:
    try:
        return inflated(base64.b64decode(packed))
    except binascii.Error:
        return b""


def inflated(packed: bytes) -> bytes:
    """What gzip packed, as far as it is not larger than any script is; nothing where it is no gzip."""
    try:
        return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16).decompress(packed, _LARGEST_SCRIPT)
    except zlib.error:
        return b""
