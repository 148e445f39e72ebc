"""The report's chapter about a seal: what was taken away, what proves it, what was kept. Lines of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models.run.record import RunRecord
from models.seal.plan import SealPlan
from models.seal.report import SealedImageReport, SealReport
from models.seal.verdict import SealVerdict

_SAID = {True: "yes", False: "no", None: "not known"}


def seal_lines(run: RunRecord, plain: Callable[[object], str]) -> Iterator[str]:
    """The chapter; nothing for a run that seals nothing.

    Args:
        run: the run.
        plain: makes an untrusted text one line of Markdown that shows exactly its characters.
    """
    if not run.spec.seals:
        return
    yield "## The seal"
    yield ""
    sections = [
        _verdict(run.seal_verdict, plain),
        _clone(run.seal_report, plain),
        _image(run.sealed_image_report, plain),
    ]
    if run.plan.seal is not None:
        sections.append(_plan(run.plan.seal, plain))
    for section in sections:
        yield from section
    yield ""


def _verdict(verdict: SealVerdict | None, plain: Callable[[object], str]) -> Iterator[str]:
    if verdict is None:
        yield "- Verdict: nothing proves that the image is sealed."
        return
    yield f"- Verdict: **{verdict.word.value}**"
    yield from (f"  - {plain(reason)}" for reason in (*verdict.reasons, *verdict.proofs))
    yield from (f"  - kept on purpose: {plain(kept)}" for kept in verdict.kept)


def _clone(report: SealReport | None, plain: Callable[[object], str]) -> Iterator[str]:
    if report is None:
        yield "- The clone has reported nothing."
        return
    why = f": {plain(report.why)}" if report.why else ""
    yield f"- The clone: {report.state.value}{why}"
    yield from (f"  - not agreed to: {plain(each)}" for each in report.appeared)
    for result in report.results:
        note = f" ({plain(result.note)})" if result.note else ""
        yield f"  - {result.id.value}: {result.before} before, {result.after} after{note}"
    for canary in report.canaries:
        seen = f"{_SAID[canary.seen_before]} before, {_SAID[canary.seen_after]} after"
        yield f"  - token of the class {canary.kind.value} on the raw disk: {seen}"
    if report.zero_filled:
        yield "  - free space was overwritten with zeros"


def _image(report: SealedImageReport | None, plain: Callable[[object], str]) -> Iterator[str]:
    if report is None:
        return
    yield f"- The test instance of the sealed image, in {len(report.boots)} boots:"
    for count in report.canaries:
        found = "not known" if count.count is None else str(count.count)
        yield f"  - token of the class {count.kind.value} on the raw disk: found {found} times"
    searched = "not known" if report.needles_searched is None else str(report.needles_searched)
    yield f"  - names of the instance that were searched for: {searched}, found: {len(report.needles)}"
    yield from (f"  - {plain(needle.kind)} in {plain(needle.path)}" for needle in report.needles)
    yield from (f"  - not searched for: {plain(each)}" for each in report.not_searched)
    yield from (f"  - not searched: {plain(each)}" for each in report.packed_left)
    if report.trouble:
        yield f"  - {plain(report.trouble)}"


def _plan(plan: SealPlan, plain: Callable[[object], str]) -> Iterator[str]:
    yield f"- Agreed to: digest `{plan.digest}`"
    for operation in plan.operations:
        yield f"  - {plain(operation.title)}"
        yield from (f"    - {target.action.value} {plain(target.name)}" for target in operation.targets)
    yield from (f"  - kept: {plain(kept.path)} {plain(kept.why)}".rstrip() for kept in plan.kept)
    yield from (f"  - not done: {plain(each)}" for each in plan.impossible)
