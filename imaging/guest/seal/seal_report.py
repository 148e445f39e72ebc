"""From the console's text of the clone to what its seal did, and what the probe found afterwards."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar

from imaging.guest.deep_check.chunks import Listener, hear, unpack
from imaging.guest.report import read_report
from models import foreign
from models.errors import BadProbeError, ForeignValueError
from models.guest.facts import GuestFacts, InspectionMethod
from models.seal.plan import OperationId
from models.seal.report import Canary, CanaryClass, OperationResult, SealReport, SealState
from models.text import one_line

WORD = "@@imaging-seal"
"""The first word of the clone's lines on its console."""
_FRAME = re.compile(
    rb"^@@imaging-sealed-begin ([A-Za-z0-9]{1,32}) 1\n(.*?)^@@imaging-sealed-end \1\n", re.MULTILINE | re.DOTALL
)
_LARGEST = 200_000
"""Bytes of the seal's own lines: some twenty operations, seven canaries, and what appeared."""
_MOST_APPEARED = 200
_LONGEST_NAME = 300
_LONGEST_NOTE = 300
_MOST_THINGS = 10**9
_LONGEST_SECONDS = 10**6
_WORDS: Mapping[str, bool | None] = {"yes": True, "no": False, "unknown": None}
_FIELDS = {"why": 1, "digest": 1, "appeared": 1, "result": 4, "canary": 3, "state": 1, "control": 1, "trimmed": 1}
_FIELDS |= {"zero_filled": 1, "seconds": 1}
E = TypeVar("E", SealState, OperationId, CanaryClass)
_DIGEST = re.compile(r"[0-9a-f]{64}")


def seal_listener(nonce: str) -> Listener:
    """Finds the pieces of the clone's report in a console that grows."""
    return Listener(nonce, WORD)


def read_seal_report(text: str, *, nonce: str, now: datetime) -> tuple[SealReport, GuestFacts | None]:
    """Read what the clone has printed on its console.

    Args:
        text: the console's raw text, untrusted.
        nonce: that of the clone's user data.
        now: when it was read, by our clock.

    Returns:
        What the seal did; and the facts of the probe that was run after it, None where it was not run or what it
        printed is no report: then nothing proves that what was to go is gone.

    Raises:
        BadProbeError: pieces are missing, which are named; or what came is not a report of the seal.
    """
    report = unpack(hear(text, nonce, WORD), "seal")
    frames = [found for found in _FRAME.finditer(report) if found[1] == nonce.encode("ascii")]
    if len(frames) != 1 or len(frames[0][2]) > _LARGEST:
        raise _bad("it has no beginning and end of its own")
    said = frames[0][2].decode("utf-8", "replace").split("\n")[:-1]
    return _seal_report(said, nonce), _facts(report[frames[0].end() :], nonce, now)


def _facts(report: bytes, nonce: str, now: datetime) -> GuestFacts | None:
    try:
        return read_report(report, nonce=nonce, method=InspectionMethod.DEEP_CHECK, now=now)
    except BadProbeError:
        return None


def _seal_report(lines: Iterable[str], nonce: str) -> SealReport:
    rows: dict[str, list[list[str]]] = {name: [] for name in _FIELDS}
    for line in lines:
        name, *fields = line.split("\t")
        if len(fields) != _FIELDS.get(name):
            raise _bad(f"it has a line that is not valid: {one_line(line, 80)}")
        rows[name].append(fields)
    results = tuple(_result(fields) for fields in rows["result"])
    canaries = tuple(_canary(fields) for fields in rows["canary"])
    if _repeats(each.id for each in results) or _repeats(each.kind for each in canaries):
        raise _bad("it says the same twice")
    return SealReport(
        nonce=nonce,
        state=_one_of(SealState, _single(rows, "state")),
        why=one_line(_single(rows, "why", ""), _LONGEST_NOTE),
        appeared=tuple(one_line(fields[0], _LONGEST_NAME) for fields in rows["appeared"][:_MOST_APPEARED]),
        digest=_digest(_single(rows, "digest")),
        results=results,
        canaries=canaries,
        control_seen=_word(_single(rows, "control", "unknown")),
        trimmed=_word(_single(rows, "trimmed", "unknown")),
        zero_filled=_word(_single(rows, "zero_filled", "no")) is True,
        seconds=_number(_single(rows, "seconds"), _LONGEST_SECONDS) if rows["seconds"] else None,
    )


def _single(rows: Mapping[str, list[list[str]]], name: str, default: str | None = None) -> str:
    found = rows[name]
    if len(found) > 1 or (not found and default is None):
        raise _bad(f"it does not say exactly once: {name}")
    return found[0][0] if found else str(default)


def _result(fields: list[str]) -> OperationResult:
    name, before, after, note = fields
    return OperationResult(
        id=_one_of(OperationId, name),
        before=_number(before, _MOST_THINGS),
        after=_number(after, _MOST_THINGS),
        note=one_line(note, _LONGEST_NOTE),
    )


def _canary(fields: list[str]) -> Canary:
    kind, before, after = fields
    return Canary(kind=_one_of(CanaryClass, kind), seen_before=_word(before), seen_after=_word(after))


def _one_of(words: type[E], word: str) -> E:
    try:
        return words(word)
    except ValueError:
        raise _bad(f"it has a word that is not valid: {one_line(word, 40)}") from None


def _word(word: str) -> bool | None:
    if word not in _WORDS:
        raise _bad(f"it has a word that is not valid: {one_line(word, 40)}")
    return _WORDS[word]


def _number(digits: str, most: int) -> int:
    try:
        return foreign.whole(digits, low=0, high=most, name="A count")
    except ForeignValueError:
        raise _bad(f"it has a count that is not valid: {one_line(digits, 40)}") from None


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise _bad("its digest of the plan is not valid")
    return text


def _repeats(each: Iterable[object]) -> bool:
    found = list(each)
    return len(found) != len(set(found))


def _bad(why: str) -> BadProbeError:
    return BadProbeError(
        f"The clone's report of its seal cannot be read: {why}.",
        meaning="Nothing proves that the clone was sealed, so it must not be imaged.",
    )
