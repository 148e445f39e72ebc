"""A plan as text: what would be done, in which order, and with which `openstack` commands one could do it by hand."""

from __future__ import annotations

from collections.abc import Iterator

from models.findings import Checklist, FindingClass, Readiness, class_of
from models.formatting import counted
from models.run.plan import Plan, PlannedVolume
from models.run.request import OnFailure, RunRequest
from models.text import sentence

_MINUTE = 60


def headline(plan: Plan) -> str:
    """What it means for the instance, in one sentence."""
    minutes = max(1, round(plan.estimated_seconds / _MINUTE))
    duration = f"about {counted(minutes, 'minute')}"
    if plan.source is None:
        name = plan.image.name if plan.image else "an image"
        return f"This will launch a test instance of {name} and remove it; this takes {duration}."
    parts = [f"stop {plan.source.name}"] if plan.will_stop else []
    if plan.volumes:
        parts.append(f"detach {counted(len(plan.volumes), 'volume')}")
    doing = " and ".join(parts) if parts else f"not change the power or the volumes of {plan.source.name}"
    return f"This will {doing}; the whole run takes {duration}, and then {plan.source.name} is restored."


def plan_lines(plan: Plan, *, commands: bool) -> Iterator[str]:
    """The plan, line by line; with `commands` each step is followed by its equivalent commands."""
    yield headline(plan)
    yield ""
    yield from _image_lines(plan)
    yield from _volume_lines(plan.volumes)
    yield from _test_lines(plan)
    if plan.source is not None:
        yield f"On failure: {_on_failure(plan)}"
    yield ""
    for number, step in enumerate(plan.steps, 1):
        nothing = " (nothing to do)" if step.skipped else ""
        yield f"{number:>3}. {step.step}: {step.summary}{nothing}"
        if commands:
            yield from (f"       $ {command}" for command in step.commands)
    if plan.checklist is not None:
        yield ""
        yield from _findings(plan.checklist, plan.request)
    if plan.warnings:
        yield ""
        yield from (f"Warning: {warning}" for warning in plan.warnings)


_CLASSES = (
    (FindingClass.BLOCKER, "Blocks"),
    (FindingClass.TO_CONFIRM, "To confirm"),
    (FindingClass.WAIVED, "Waived"),
    (FindingClass.WARNING, "Caution"),
    (FindingClass.UNKNOWN, "Unknown"),
)
"""What was found, in the order in which it matters to somebody who decides."""


def _findings(checklist: Checklist, request: RunRequest) -> Iterator[str]:
    """What the rules found, the worst first; what only an inspection can tell is counted where there was none."""
    yield f"Readiness: {checklist.readiness.words}"
    if checklist.not_inspected_because is not None:
        yield f"Not inspected: {sentence(checklist.not_inspected_because)}"
    if request.uninspected and checklist.readiness is not Readiness.READY:
        yield f"Continues without a whole inspection: {sentence(request.uninspected)}"
    uninspected = [each for each in checklist.unknowns if each.is_about_guest]
    listed = uninspected if checklist.not_inspected_because is None else []
    for kind, word in _CLASSES:
        for finding in checklist.findings:
            if class_of(finding) is kind and (finding not in uninspected or finding in listed):
                yield f"{word}: {finding.rule}: {sentence(finding.evidence or finding.title)}"
    if len(listed) < len(uninspected):
        yield f"Unknown: {counted(len(uninspected), 'rule')} that only an inspection of the guest can answer"


def _image_lines(plan: Plan) -> Iterator[str]:
    if plan.source is not None:
        yield f"Image: {plan.request.name} ({plan.request.visibility})"
        yield f"Description: {plan.request.description}"


def _volume_lines(volumes: tuple[PlannedVolume, ...]) -> Iterator[str]:
    for planned in volumes:
        name = planned.volume.name if planned.volume and planned.volume.name else planned.attachment.volume_id
        yield f"Volume: {name} at {planned.attachment.device or 'an unknown device'}"


def _test_lines(plan: Plan) -> Iterator[str]:
    test = plan.test
    if test is None:
        yield "Test launch: none"
    elif test.refused_because:
        yield f"Test launch: not possible, {test.refused_because}"
    else:
        flavor = test.flavors[0].name if test.flavors else "no flavor"
        network = test.network.name if test.network else "a network to be named with --network"
        yield f"Test launch: {flavor} on {network}{f' ({test.why})' if test.why else ''}"


def _on_failure(plan: Plan) -> str:
    if plan.request.on_failure is OnFailure.LEAVE:
        return "the instance is left stopped for you to examine; `imaging undo` restores it"
    return "the instance is restored"
