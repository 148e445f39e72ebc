"""The process that reads: a request on standard input, an answer on standard output."""

from __future__ import annotations

import sys

from imaging.guest.confined_reading.messages import LONGEST_HEAD, Printed, ReadingAnswer, ReadingRequest, Refusal
from imaging.guest.deep_check.console_report import read_console_report
from imaging.guest.report import read_report
from imaging.runtime.confined.confinement import confine
from models import foreign
from models.errors import BadProbeError
from models.guest.facts import GuestFacts, InspectionMethod
from models.run.kept_seal import KeptSeal


def main() -> None:
    """Confine this process, then read."""
    confine()
    head, _, sent = sys.stdin.buffer.read().partition(b"\n")
    request = foreign.model(ReadingRequest, head, max_bytes=LONGEST_HEAD)
    try:
        answer = _answer(request, sent)
    except BadProbeError as error:
        answer = ReadingAnswer(refusal=_refusal(error))
    sys.stdout.buffer.write(answer.model_dump_json().encode("utf-8"))


def _answer(request: ReadingRequest, sent: bytes) -> ReadingAnswer:
    match request.prints:
        case Printed.FACTS:
            return ReadingAnswer(facts=_facts(request, sent))
        case Printed.SEAL:
            from imaging.guest.seal import read_seal_report  # noqa: PLC0415  # most processes read no seal

            report, facts = read_seal_report(sent.decode("utf-8"), nonce=request.nonce, now=request.now)
            return ReadingAnswer(seal=KeptSeal(report=report, facts=facts))
        case Printed.PROOF:
            from imaging.guest.seal_proof import read_proof_report  # noqa: PLC0415  # the same

            return ReadingAnswer(proof=read_proof_report(sent.decode("utf-8"), nonce=request.nonce))
        case Printed.WORKS:
            from imaging.guest.works.works_report import read_works_report  # noqa: PLC0415  # the same

            return ReadingAnswer(works=read_works_report(sent.decode("utf-8"), nonce=request.nonce, now=request.now))
        case Printed.INVENTORY:
            from imaging.guest.inventory import read_inventory  # noqa: PLC0415  # the same

            return ReadingAnswer(inventory=read_inventory(sent.decode("utf-8"), nonce=request.nonce, now=request.now))


def _facts(request: ReadingRequest, sent: bytes) -> GuestFacts:
    if request.method is InspectionMethod.DEEP_CHECK:
        return read_console_report(sent.decode("utf-8"), nonce=request.nonce, now=request.now)
    return read_report(sent, nonce=request.nonce, method=request.method, now=request.now, asked=request.asked)


def _refusal(error: BadProbeError) -> Refusal:
    return Refusal(what=error.what, reason=error.reason, meaning=error.meaning, remedy=error.remedy)


if __name__ == "__main__":
    main()
