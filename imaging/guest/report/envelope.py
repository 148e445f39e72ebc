"""The frame and the envelope of a report: strict, for what does not fit is not a report of this program."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from models.errors import BadProbeError
from models.text import one_line

LIMIT_BYTES = 9_000_000
"""The probe prints at most 8 MiB of parts; what is larger is not its report."""

_MARK = re.compile(
    rb"^@@imaging-probe-(?:begin ([A-Za-z0-9]{1,64})|end ([A-Za-z0-9]{1,64}) \d{1,3})\r?$\n?", re.MULTILINE
)
"""The first or the last line of a report. One pass finds them all: the owner of the guest can print thousands."""

Row = Annotated[list[str], Field(min_length=1, max_length=40_000)]


class _Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class PartReport(_Strict):
    """What the probe says about one part."""

    state: Literal["ok", "unknown"]
    why: str = Field("", max_length=2_000)
    incomplete: str = Field("", max_length=4_000)
    cut: Literal[0, 1] = 0
    """1: not reported to its end; `incomplete` says why, for people. One digit, for a console's bytes are counted."""
    rows: list[Row] = Field(max_length=5_000)


class Envelope(_Strict):
    """The whole report."""

    schema_name: Literal["imaging-probe"] = Field(alias="schema")
    version: Literal[1]
    nonce: str = Field(max_length=64)
    asked: str = Field("", max_length=64)
    """A word for what was asked; a script of an earlier version does not say."""
    user: str = Field(max_length=256)
    uid: int = Field(ge=0, lt=2**32)
    started: int = Field(ge=0, lt=10**11)
    ended: int = Field(ge=0, lt=10**11)
    parts: dict[str, PartReport] = Field(max_length=64)


def read_envelope(output: bytes, nonce: str | None) -> Envelope:
    """The envelope in an output, with noise around it or without.

    Args:
        output: all that came back.
        nonce: what the frame must repeat; None takes the last frame with any nonce.

    Raises:
        BadProbeError: it is too large, has no such frame, or holds something else than a report.
    """
    if len(output) > LIMIT_BYTES:
        raise bad(f"It is too large: more than {LIMIT_BYTES // 1_000_000} MB.")
    document = _framed(output, nonce)
    try:
        envelope = Envelope.model_validate_json(document)
    except ValidationError as refused:
        raise bad(_first_fault(refused)) from None
    if nonce is not None and envelope.nonce != nonce:
        raise bad("It repeats another mark than the one that was sent.")
    return envelope


def _framed(output: bytes, nonce: str | None) -> bytes:
    document, begun, has_answer, has_any = None, None, False, False
    for mark in _MARK.finditer(output):
        has_any = True
        if mark[1] is not None:
            is_answer = nonce is None or mark[1] == nonce.encode()
            begun, has_answer = (mark, True) if is_answer else (begun, has_answer)
        elif begun is not None and mark[2] == begun[1]:
            document, begun = output[begun.end() : mark.start()], None
    if document is not None:
        return document
    if has_answer:
        raise bad("It is cut off: its end is missing.")
    if has_any:
        raise bad("It is the answer to somebody else's question: it bears another mark than the one that was sent.")
    raise bad("It holds no report, but something else." if output.strip() else "It is empty.")


def _first_fault(refused: ValidationError) -> str:
    """Where it does not fit, without what stood there."""
    faults = refused.errors(include_url=False, include_input=False, include_context=False)
    if any(fault["loc"] == ("version",) for fault in faults):
        return "It does not fit at version: this program reads version 1."
    fault = faults[0]
    place = one_line(".".join(str(step) for step in fault["loc"][:4]), 80)
    return f"It does not fit{f' at {place}' if place else ''}: {one_line(fault['msg'], 120)}."


def bad(reason: str) -> BadProbeError:
    """The error for what is not a report of this program, and why not."""
    return BadProbeError(
        f"What the guest sent is not the report of a probe. {reason}",
        reason=reason,
        meaning="Nothing of it was used, and nothing was changed.",
        remedy="Inspect again; if it fails again, check what the login shell of that user prints.",
    )
