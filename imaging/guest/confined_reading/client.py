"""Asks the process that reads."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

from imaging.guest.confined_reading.messages import Printed, ReadingAnswer, ReadingRequest
from imaging.guest.deep_check.chunks import Heard, said_again
from imaging.guest.inventory import WORD
from imaging.guest.report.report_reader import SECONDS as READING_SECONDS
from imaging.runtime.confined.process import ConfinedProcessError, run_confined
from models import foreign
from models.errors import BadProbeError, ForeignValueError
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.kept_seal import KeptSeal
from models.seal.report import SealedImageReport
from models.works.inventory import Inventory
from models.works.report import WorksReport

_MODULE: Final = "imaging.guest.confined_reading"
SECONDS: Final = READING_SECONDS + 10
"""The reader itself stops in time and keeps what it has; this is for one that does not."""
_LARGEST_ANSWER = 40_000_000
T = TypeVar("T")


async def read_confined(
    output: bytes,
    *,
    nonce: str,
    now: datetime,
    method: InspectionMethod = InspectionMethod.SSH,
    asked: str | None = None,
    seconds: float = SECONDS,
) -> GuestFacts:
    """The facts in what a probe printed.

    Args:
        output: all that came back, untrusted.
        nonce: what the report must repeat.
        now: when it came, by our clock.
        method: how it came.
        asked: the word for what should have been asked (`imaging.guest.probe.digest_of`), where that is not certain.
        seconds: after which reading is ended.

    Raises:
        BadProbeError: it is no report, or it could not be read within the limits of time and memory.
    """
    request = ReadingRequest(method=method, nonce=nonce, now=now, asked=asked)
    answer = await _answer(request, output, seconds)
    return _found(answer.facts, "the guest")


async def read_console_confined(text: str, *, nonce: str, now: datetime, seconds: float = SECONDS) -> GuestFacts:
    """The facts in the console's text of the temporary instance of a deep check.

    Raises:
        BadProbeError: pieces are missing, it is no report, or it could not be read within the limits.
    """
    answer = await _of_console(text, Printed.FACTS, nonce=nonce, now=now, seconds=seconds)
    return _found(answer.facts, "the temporary instance")


async def read_seal_confined(text: str, *, nonce: str, now: datetime, seconds: float = SECONDS) -> KeptSeal:
    """What a clone has reported of its seal, in the text of its console.

    Raises:
        BadProbeError: pieces are missing, it is no report, or it could not be read within the limits.
    """
    answer = await _of_console(text, Printed.SEAL, nonce=nonce, now=now, seconds=seconds)
    return _found(answer.seal, "the clone")


async def read_proof_confined(text: str, *, nonce: str, now: datetime, seconds: float = SECONDS) -> SealedImageReport:
    """What a test instance of a sealed image has found on its own disk, in the text of its console.

    Raises:
        BadProbeError: pieces are missing, it is no report, or it could not be read within the limits.
    """
    answer = await _of_console(text, Printed.PROOF, nonce=nonce, now=now, seconds=seconds)
    return _found(answer.proof, "the test instance")


async def read_inventory_confined(heard: Heard, *, nonce: str, now: datetime, seconds: float = SECONDS) -> Inventory:
    """What is installed on a test instance, by the pieces that a listener has heard on its console, over many polls.

    Raises:
        BadProbeError: pieces are missing, it is no report, or it could not be read within the limits.
    """
    text = said_again(heard, nonce, WORD)
    answer = await _of_console(text, Printed.INVENTORY, nonce=nonce, now=now, seconds=seconds)
    return _found(answer.inventory, "the test instance")


async def read_works_confined(text: str, *, nonce: str, now: datetime, seconds: float = SECONDS) -> WorksReport:
    """What a test instance has found and run in its boots, in the text of its console.

    Raises:
        BadProbeError: pieces are missing, it is no report, or it could not be read within the limits.
    """
    answer = await _of_console(text, Printed.WORKS, nonce=nonce, now=now, seconds=seconds)
    return _found(answer.works, "the test instance")


async def _of_console(text: str, prints: Printed, *, nonce: str, now: datetime, seconds: float) -> ReadingAnswer:
    request = ReadingRequest(method=InspectionMethod.DEEP_CHECK, prints=prints, nonce=nonce, now=now)
    return await _answer(request, text.encode("utf-8", "replace"), seconds)


def _found(read: T | None, who: str) -> T:
    if read is None:
        raise BadProbeError(f"What {who} printed could not be read: its reader found nothing.")
    return read


async def _answer(request: ReadingRequest, sent: bytes, seconds: float) -> ReadingAnswer:
    head = request.model_dump_json().encode("utf-8")
    try:
        printed = await run_confined(_MODULE, head + b"\n" + sent, seconds=seconds, limit_bytes=_LARGEST_ANSWER)
        answer = foreign.model(ReadingAnswer, printed, max_bytes=_LARGEST_ANSWER)
    except (ConfinedProcessError, ForeignValueError) as error:
        raise BadProbeError(
            f"What the guest sent could not be read: {error}.",
            reason=f"It could not be read: {error}.",
            meaning="Nothing of it was used, and nothing was changed.",
            remedy="Inspect again; if it fails again, check what the login shell of that user prints.",
        ) from None
    if answer.refusal is not None:
        said = answer.refusal
        raise BadProbeError(said.what, reason=said.reason, meaning=said.meaning, remedy=said.remedy)
    return answer
