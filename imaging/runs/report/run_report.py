"""The report of a run, as text: Markdown for people, JSON for programs. Names from the cloud are never markup."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from imaging.guidelines.lineage.change_lines import change_lines
from imaging.reports.escaping import code_block
from imaging.reports.escaping import markdown as plain
from imaging.runs.report.exported import export_lines
from imaging.runs.report.guest import guest_lines
from imaging.runs.report.seal import seal_lines
from imaging.runs.report.works import works_lines
from models.findings import Checklist, Finding, Outcome, Readiness
from models.formatting import second
from models.run.record import RunRecord, Trouble
from models.steps import StepName, StepState
from models.verdict import Verdict, VerdictWord
from models.works.lineage import Succession

MARKDOWN_NAME = "report.md"
JSON_NAME = "report.json"
SCHEMA = "imaging-console/report/1"

_RESTORED = {
    True: "The instance is restored.",
    False: "The instance is NOT restored whole.",
    None: "The instance was not changed.",
}


_TEXTS_OF_TESTS: Final = {"plan": {"request": {"work_tests": {"files": {"__all__": {"text"}}}}}}


def as_json(run: RunRecord, finished: tuple[Finding, ...] = (), succession: Succession | None = None) -> str:
    """The whole record, the findings about the finished image, and what changed since the one that it follows.

    It holds no secrets: the journal has none but those that a user wrote into a test, whose text is left out.
    """
    findings = [finding.model_dump(mode="json") for finding in finished]
    changed = succession.model_dump(mode="json") if succession is not None else None
    document = {
        "schema": SCHEMA,
        "run": run.model_dump(mode="json", exclude=_TEXTS_OF_TESTS),
        "finished_image": findings,
        "succession": changed,
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def as_markdown(run: RunRecord, finished: tuple[Finding, ...] = (), succession: Succession | None = None) -> str:
    """What was done, its outcome, and why."""
    came_of_it = (_outcome(run), _succession(succession), _steps(run))
    beginning = (_head(run), *came_of_it, _verdict(run.verdict), works_lines(run, plain))
    sections = (*beginning, seal_lines(run, plain), _finished_image(finished), _guest(run), _checklist(run), _left(run))
    return "\n".join(line for section in sections for line in section) + "\n"


def _head(run: RunRecord) -> Iterator[str]:
    identity = run.identity
    yield f"# Imaging run {run.id}"
    yield ""
    yield f"- {'Instance' if run.plan.source else 'File' if run.plan.file else 'Image'}: {plain(run.title)}"
    yield f"- Cloud: {plain(identity.cloud)} ({plain(identity.auth_url)}), project {plain(identity.project_id)}"
    yield f"- Begun: {second(run.created_at)} on {plain(run.host)}"
    yield ""


def _outcome(run: RunRecord) -> Iterator[str]:
    yield "## Outcome"
    yield ""
    if run.plan.source is not None:
        if run.spec.inspects:
            yield f"- {_inspected(run)}"
        elif run.image_id:
            yield f"- Image: {plain(run.plan.request.name)}, id `{run.image_id}`"
        yield f"- {_RESTORED[run.instance_restored]}"
        if run.instance_restored and run.source_words:
            yield f"- Of the instance: {plain(run.source_words)}."
        if run.source_seen is not None:
            yield from (f"  - console: {plain(line)}" for line in run.source_seen.evidence)
        yield from _before(run)
    elif run.spec.inspects:
        yield f"- {_inspected(run)}"
    elif run.spec.makes_image and run.image_id:
        yield f"- Image: {plain(run.plan.request.name)}, id `{run.image_id}`"
    if run.sent_file is not None:
        yield f"- Sent: {run.sent_file.format.in_words}, SHA-512 `{run.sent_file.sha512 or 'not told'}`"
    yield from (f"- {plain(line)}" for line in export_lines(run))
    yield from _verdict_words(run)
    yield from _trouble(run.trouble)
    yield ""


def _verdict_words(run: RunRecord) -> Iterator[str]:
    if run.verdict is not None:
        strength = f" ({run.verdict.strength.value})" if run.verdict.strength else ""
        what = "The temporary instance" if run.spec.inspects else "Test launch"
        yield f"- {what}: **{run.verdict.word.value}**{strength}"
    if run.works is not None:
        yield f"- Works: **{run.works.word.value}**"


def _succession(succession: Succession | None) -> Iterator[str]:
    if succession is None:
        return
    older = succession.older
    yield f"## What changed since {plain(older.name)}, which it follows"
    yield ""
    yield f"- Its id: `{older.id}`"
    yield from (f"- {plain(line.strip())}" for line in change_lines(succession))
    yield ""


def _inspected(run: RunRecord) -> str:
    read = any(record.step is StepName.READ_FACTS and record.state is StepState.DONE for record in run.steps)
    return "Inspected: what was found is in guest.json beside this report." if read else "Nothing was learnt."


def _before(run: RunRecord) -> Iterator[str]:
    """How the instance was, where it is not so again: enough to restore it by hand."""
    if run.instance_restored is not False or run.claim is None:
        return
    yield f"- Before the run it was {'running' if run.claim.was_running else 'stopped'}."
    for volume in run.claim.volumes:
        device = plain(volume.device or "an unknown device")
        yield f"- Before the run it had volume `{volume.id}` at {device}."
    if run.claim.was_locked:
        yield f"- Before the run it was locked: {plain(run.claim.lock_reason or 'no reason was given')}"


def _trouble(trouble: Trouble | None) -> Iterator[str]:
    if trouble is None:
        return
    for name, text in (("Trouble", trouble.what), ("Meaning", trouble.meaning), ("What to do", trouble.remedy)):
        if text:
            yield f"- {name}: {plain(text)}"
    if trouble.request_id:
        yield f"- Request id: {plain(trouble.request_id)}"


def _steps(run: RunRecord) -> Iterator[str]:
    yield "## Steps"
    yield ""
    yield "| step | state | begun | seconds | outcome |"
    yield "| --- | --- | --- | --- | --- |"
    for record in run.steps:
        begun = record.started_at.strftime("%H:%M:%S") if record.started_at else ""
        seconds = f"{record.seconds:.1f}" if record.seconds is not None else ""
        note = record.trouble.what if record.trouble else record.note
        yield f"| {record.step.value} | {record.state.value} | {begun} | {seconds} | {plain(note)} |"
    yield ""
    for record in run.steps:
        for phase in record.phases:
            yield f"- {phase.at.strftime('%H:%M:%S')} {record.step.value}: {plain(phase.text)}"
    yield ""


def _verdict(verdict: Verdict | None) -> Iterator[str]:
    if verdict is None:
        return
    yield "## Test launch"
    yield ""
    yield plain(verdict.reason)
    yield ""
    if verdict.word is not VerdictWord.NOT_TESTED:
        for name, said in (
            ("an address", verdict.has_address),
            ("a default route", verdict.has_default_route),
            ("a machine-id of its own", verdict.has_own_machine_id),
        ):
            yield f"- Has {name}: {'not said' if said is None else 'yes' if said else 'no'}"
    for hint in verdict.hints:
        yield f"- Hint: {plain(hint)}"
    yield ""
    if verdict.evidence:
        yield from code_block(verdict.evidence)
        yield ""


def _finished_image(finished: tuple[Finding, ...]) -> Iterator[str]:
    if not finished:
        return
    yield "## The finished image, by the guidelines"
    yield ""
    yield from _findings(finished)
    yield ""


def _findings(findings: tuple[Finding, ...]) -> Iterator[str]:
    for finding in findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            yield f"- {finding.outcome.value} ({finding.severity.value}) {finding.rule}: {plain(finding.evidence)}"


def _guest(run: RunRecord) -> Iterator[str]:
    if run.plan.source is None or run.spec.inspects:
        return  # a deep check is itself an inspection: what it found lies beside the report
    yield "## The inspection of the instance"
    yield ""
    yield from (f"- {plain(line)}" for line in guest_lines(run.plan))
    yield ""


def _checklist(run: RunRecord) -> Iterator[str]:
    checklist: Checklist | None = run.plan.checklist
    if checklist is None:
        return
    yield f"## Checklist before the run ({plain(checklist.profile)})"
    yield ""
    yield f"- readiness: {checklist.readiness.words}"
    if run.plan.request.uninspected and checklist.readiness is not Readiness.READY:
        yield f"- continued without a whole inspection: {plain(run.plan.request.uninspected)}"
    yield from _findings(checklist.findings)
    for attestation in run.plan.request.attestations:
        yield f"- word given on {plain(attestation.rule)} by {plain(attestation.given_by or 'the user')}"
    for waiver in run.plan.request.waivers:
        yield f"- waived {plain(waiver.rule)}: {plain(waiver.reason)}"
    yield ""


def _left(run: RunRecord) -> Iterator[str]:
    yield "## What the run made"
    yield ""
    for owned in run.owned:
        state = "removed" if owned.removed else "kept"
        yield f"- {owned.kind.value} {plain(owned.name)} `{owned.id}`: {state}"
    if run.kept_file is not None and not run.kept_file.removed:
        yield f"- conversion {plain(run.kept_file.path)}: kept on {plain(run.host)}; `imaging undo {run.id}` removes it"
    if not run.owned:
        yield "Nothing."
    if not run.left_behind:
        return
    yield ""
    yield "## Left alone, because it could not be shown to be the run's own"
    yield ""
    for each in run.left_behind:
        yield f"- {each.kind.value} {plain(each.name)} `{each.id}`: {plain(each.reason)}"
