"""What a report tells: gathered from a run, from a plan that could not begin, or from a checklist alone."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.case import Report, Suite
from imaging.reports.suites.boot import boot_suite, not_begun
from imaging.reports.suites.checklist import checklist_suite, steps_done
from imaging.reports.suites.works import checks_suite, tests_suite
from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity
from models.errors import ImagingError
from models.findings import Checklist
from models.run.plan import Plan
from models.run.record import RunRecord, Trouble
from models.text import sentence
from models.works.verdict import WorksVerdict

BASE = "base_image_ref"
"""The property in which Nova notes the image that a snapshot's instance was launched from."""


def report_of_run(run: RunRecord) -> Report:
    """All that a run has come to so far."""
    suites: tuple[Suite, ...] = (checklist_suite(run.plan.checklist, steps_done(run)), boot_suite(run))
    if run.spec.tests_image:
        suites = (*suites, checks_suite(run), tests_suite(run))
    return Report(
        title=f"{run.kind.value} {run.title}",
        subject=run.title,
        sentence=" ".join(_sentences(run)),
        properties=tuple(_properties(run.plan, run.identity, run)),
        suites=suites,
        findings=run.plan.checklist.findings if run.plan.checklist is not None else (),
        waivers=run.plan.request.waivers,
        profile=run.plan.request.profile,
        made_at=run.created_at,
    )


def report_of_plan(plan: Plan, error: ImagingError) -> Report:
    """What keeps a run from beginning, beside its checklist."""
    return Report(
        title=f"{plan.kind.value} {_subject(plan)}",
        subject=_subject(plan),
        sentence=sentence(f"The run did not begin: {error.what}"),
        properties=tuple(_properties(plan, plan.login.identity)),
        suites=(checklist_suite(plan.checklist), not_begun(trouble_of(error))),
        findings=plan.checklist.findings if plan.checklist is not None else (),
        waivers=plan.request.waivers,
        profile=plan.request.profile,
        made_at=plan.made_at,
    )


def report_of_error(title: str, error: ImagingError) -> Report:
    """That nothing was even planned, and why."""
    return Report(title=title, sentence=sentence(error.what), suites=(not_begun(trouble_of(error)),))


def report_of_checklist(instance: Instance, checklist: Checklist, identity: CloudIdentity | None = None) -> Report:
    """What the guidelines say about an instance."""
    named = {"instance": instance.id, "base": instance.image_id or "", "cloud": _cloud(identity) if identity else ""}
    return Report(
        title=f"check {instance.name}",
        subject=instance.name,
        sentence=f"{instance.name} is {checklist.readiness.words} by the guidelines {checklist.profile}.",
        properties=tuple((name, value) for name, value in named.items() if value),
        suites=(checklist_suite(checklist),),
        findings=checklist.findings,
        profile=checklist.profile,
    )


def trouble_of(error: ImagingError) -> Trouble:
    """The parts of an error."""
    return Trouble(what=error.what, meaning=error.meaning, remedy=error.remedy, request_id=error.request_id)


def _sentences(run: RunRecord) -> Iterator[str]:
    yield f"Run {run.id} is {run.state.value}."
    if run.verdict is not None:
        strength = f" ({run.verdict.strength.value})" if run.verdict.strength is not None else ""
        yield f"Boot: {run.verdict.word.value}{strength}."
    if run.works is not None:
        yield f"Works: {works_words(run.works)}"
    if run.seal_verdict is not None:
        yield f"Seal: {run.seal_verdict.word.value}."


def works_words(works: WorksVerdict) -> str:
    """The verdict as the end of a sentence, with the names that it rests on."""
    named = works.failed or works.open
    return f"{works.word.value} ({', '.join(named)})." if named else f"{works.word.value}."


def _properties(plan: Plan, identity: CloudIdentity, run: RunRecord | None = None) -> Iterator[tuple[str, str]]:
    """What identifies it; what is not known is left out."""
    image_id = (run.image_id if run is not None else None) or (plan.image.id if plan.image is not None else None)
    if plan.image is not None:
        base = plan.image.properties.get(BASE, "") if not plan.kind.spec.makes_image else plan.image.id
    else:
        base = (plan.source.image_id or "") if plan.source is not None else ""
    named = {
        "image": image_id or "",
        "image name": plan.request.name or (plan.image.name if plan.image is not None else ""),
        "base": base,
        "instance": plan.source.id if plan.source is not None else "",
        "file": plan.file.name if plan.file is not None else "",
        "flavor": (run.test_flavor or "") if run is not None else "",
        "cloud": _cloud(identity),
        "run": run.id if run is not None else "",
        "profile": plan.request.profile,
    }
    yield from ((name, value) for name, value in named.items() if value)


def _cloud(identity: CloudIdentity) -> str:
    return f"{identity.cloud} ({identity.region})" if identity.region else identity.cloud


def _subject(plan: Plan) -> str:
    """The instance, image or file that it is about, by name."""
    for named in (plan.source, plan.file, plan.image):
        if named is not None:
            return named.name
    return plan.request.name
