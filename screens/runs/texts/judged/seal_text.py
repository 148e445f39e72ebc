"""What a seal came to on the run screen: its verdict in one line, what it took away, its proofs. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from textual.content import Content

from models.formatting import counted
from models.run.record import RunRecord
from models.seal.report import OperationResult, SealReport, SealState
from models.seal.verdict import SealVerdict, SealWord
from models.steps import StepName
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned
from screens.style.wording import seal_word_sign

_INDENT = "  "
_LEADS = {SealWord.NOT_SEALED: "NOT sealed", SealWord.UNKNOWN: "Not proven to be sealed"}


def is_proven_sealed(run: RunRecord) -> bool:
    """Whether the proofs of a seal agree, or the run seals nothing."""
    return not run.spec.seals or (run.seal_verdict is not None and run.seal_verdict.word is SealWord.SEALED)


def seal_failure(run: RunRecord) -> str:
    """Why the image is not proven to be sealed, in one sentence; empty where it is, or where there is no verdict."""
    verdict = run.seal_verdict
    if verdict is None or verdict.word is SealWord.SEALED:
        return ""
    why = f": {verdict.reasons[0]}" if verdict.reasons else "."
    more = f" And {len(verdict.reasons) - 1} more." if len(verdict.reasons) > 1 else ""
    return f"{_LEADS[verdict.word]}{why}{more}"


def taken_away(report: SealReport) -> str:
    """How much a seal took away, in a few words."""
    removed = sum(max(0, each.before - each.after) for each in report.results)
    return f"{counted(removed, 'thing')} removed by {counted(len(report.results), 'operation')}"


def proof_note(verdict: SealVerdict) -> str:
    """What contradicts a seal or could not be proved; else how many proofs there are."""
    return " ".join(verdict.reasons) or counted(len(verdict.proofs), "proof")


def seal_details(run: RunRecord, step: StepName, glyphs: Glyphs) -> Iterator[Content]:
    """What is to be read of a step that seals, or proves a seal."""
    if step is StepName.SEAL and run.seal_report is not None:
        yield _report(run, run.seal_report, glyphs)
    if step is StepName.PROVE_SEAL and run.seal_verdict is not None:
        yield _verdict(run.seal_verdict, glyphs)


def _report(run: RunRecord, report: SealReport, glyphs: Glyphs) -> Content:
    """What the clone said: each operation with what was there before and what is left."""
    titles = {each.id: each.title for each in run.plan.seal.operations} if run.plan.seal is not None else {}
    lines = []
    if report.state is not SealState.SEALED:
        lines.append(toned(f"{glyphs.bad} {report.state.value}: {report.why or ', '.join(report.appeared)}", Tone.BAD))
    lines += [_result(each, titles.get(each.id, each.id.value), glyphs) for each in report.results]
    if report.zero_filled:
        lines.append(Content(f"{_INDENT}free space was overwritten with zeros"))
    lines.append(toned(taken_away(report), Tone.QUIET))
    return Content("\n").join(lines)


def _result(result: OperationResult, title: str, glyphs: Glyphs) -> Content:
    left = toned(f", {result.after} left", Tone.WARN) if result.after else Content("")
    note = f" ({result.note})" if result.note else ""
    words = f"{glyphs.plain(title)}: {max(0, result.before - result.after)} removed"
    return joined(_INDENT, words, left, toned(note, Tone.QUIET))


def _verdict(verdict: SealVerdict, glyphs: Glyphs) -> Content:
    sign = seal_word_sign(verdict.word, glyphs)
    bad = glyphs.bad if verdict.word is SealWord.NOT_SEALED else glyphs.unknown
    lines = [toned(str(sign), sign.tone)]
    lines += [joined(_INDENT, toned(f"{bad} ", sign.tone), reason) for reason in verdict.reasons]
    lines += [joined(_INDENT, toned(f"{glyphs.good} ", Tone.GOOD), proof) for proof in verdict.proofs]
    lines += [joined(_INDENT, toned(f"{glyphs.waived} kept on purpose: ", Tone.WARN), kept) for kept in verdict.kept]
    return Content("\n").join(lines)
