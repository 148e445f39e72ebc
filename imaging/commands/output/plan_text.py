"""A plan as text: what would be done, in which order, and with which `openstack` commands one could do it by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from imaging.commands.output.checklist_text import Page, blocker_lines, checklist_lines, summary_lines
from imaging.commands.output.seal_text import seal_lines
from imaging.commands.output.streams import Line
from imaging.commands.output.transfers.export_text import export_headline, export_lines
from models.findings import Checklist, FindingClass, Readiness
from models.formatting import counted, size
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan, PlannedVolume
from models.run.request import OnFailure, RunRequest
from models.text import sentence

_MINUTE = 60


def headline(plan: Plan) -> str:
    """What it means for the instance, in one sentence."""
    if plan.export is not None:
        return export_headline(plan, plan.export)
    minutes = max(1, round(plan.estimated_seconds / _MINUTE))
    duration = f"about {counted(minutes, 'minute')}"
    if plan.file is not None:
        doing = f"convert {plan.file.name}, upload it" if plan.file.converts else f"upload {plan.file.name}"
        return f"This will {doing} and compare the image with what was sent; this takes {duration}."
    if plan.source is None:
        name = plan.image.name if plan.image else "an image"
        return f"This will launch a test instance of {name} and remove it; this takes {duration}."
    parts = [f"stop {plan.source.name}"] if plan.will_stop else []
    if plan.volumes:
        parts.append(f"detach {counted(len(plan.volumes), 'volume')}")
    doing = " and ".join(parts) if parts else f"not change the power or the volumes of {plan.source.name}"
    return f"This will {doing}; the whole run takes {duration}, and then {plan.source.name} is restored."


_PLAIN = Page()
_STEP_INDENT = 5
_CLASSES = frozenset(
    {
        FindingClass.TO_CONFIRM,
        FindingClass.WAIVED,
        FindingClass.WARNING,
        FindingClass.FIXED_BY_RUN,
        FindingClass.UNKNOWN,
    }
)
"""What a plan says about the checklist; what blocks stands at its beginning."""


def plan_lines(plan: Plan, *, commands: bool, blocked: Iterable[Obstacle] = (), page: Page = _PLAIN) -> Iterator[Line]:
    """The plan, line by line: what blocks it, what is done, what to be warned of, and what the rules found.

    Args:
        plan: what would be done.
        commands: whether each step is followed by its equivalent commands.
        blocked: what keeps the run from starting.
        page: how it is laid out.
    """
    yield from obstacle_lines(tuple(blocked), plan.checklist, page)
    yield Line(headline(plan))
    yield Line()
    yield from map(Line, _decisions(plan))
    yield Line()
    yield from seal_lines(plan)
    for number, step in enumerate(plan.steps, 1):
        nothing = " (nothing to do)" if step.skipped else ""
        yield Line(f"{number:>3}. {step.step}: {step.summary}{nothing}", hanging=_STEP_INDENT)
        if commands:
            yield from (Line(f"       $ {command}") for command in step.commands)
    if plan.warnings:
        yield Line()
        yield from (Line(f"Warning: {warning}") for warning in plan.warnings)
    if plan.checklist is not None:
        yield Line()
        more = "`imaging inspect FILE --all`" if plan.file is not None else "`imaging check --all`"
        yield from _checklist_lines(plan.checklist, plan.request, replace(page, more=more))


def not_yet(blocked: tuple[Obstacle, ...]) -> str:
    """That the run cannot start, and how much there is to do first."""
    return f"This run cannot start yet: {counted(len(blocked), 'thing')} to do first"


def obstacle_lines(blocked: tuple[Obstacle, ...], checklist: Checklist | None, page: Page) -> Iterator[Line]:
    """What has to be done before the run can start, each with its remedy."""
    if not blocked:
        return
    yield Line(f"{not_yet(blocked)}.", "bold")
    for obstacle in blocked:
        if obstacle.kind is ObstacleKind.BLOCKER and checklist is not None:
            yield from blocker_lines(checklist.of(obstacle.rule), page)
        else:
            yield from _other_obstacle_lines(obstacle, page)
    yield Line()


def _other_obstacle_lines(obstacle: Obstacle, page: Page) -> Iterator[Line]:
    confirmation = obstacle.kind is ObstacleKind.CONFIRMATION
    what = f"Please confirm: {obstacle.title}. {obstacle.text}" if confirmation else obstacle.text
    remedy = f"If this is true, add --attest {obstacle.rule}." if confirmation else obstacle.remedy
    yield Line(page.glyphs.plain(f"  {page.glyphs.unknown if confirmation else page.glyphs.bad} {what}"), "red")
    if remedy:
        yield Line(page.glyphs.plain(f"      To do: {remedy}"))


def _decisions(plan: Plan) -> Iterator[str]:
    yield from _file_lines(plan)
    if plan.export is not None and plan.image is not None:
        yield from export_lines(plan, plan.image, plan.export)
        return
    yield from _image_lines(plan)
    yield from _volume_lines(plan.volumes)
    yield from _test_lines(plan)
    if plan.source is not None:
        yield f"On failure: {_on_failure(plan)}"


def _checklist_lines(checklist: Checklist, request: RunRequest, page: Page) -> Iterator[Line]:
    """What the rules found beside what blocks; what only an inspection can tell is counted where there was none."""
    yield from summary_lines(checklist, page)
    if checklist.not_inspected_because is not None:
        yield Line(f"Not inspected: {sentence(checklist.not_inspected_because)}")
    if request.uninspected and checklist.readiness is not Readiness.READY:
        yield Line(f"Continues without a whole inspection: {sentence(request.uninspected)}")
    yield Line()
    yield from checklist_lines(checklist, replace(page, classes=_CLASSES))


def _file_lines(plan: Plan) -> Iterator[str]:
    file = plan.file
    if file is None:
        return
    if file.facts is not None and file.facts.header.format is not None:
        header = file.facts.header
        packed = f", packed as {', in '.join(each.value for each in reversed(file.facts.wrappers))}"
        kind = f"{file.facts.header.format.in_words}{packed if file.facts.wrappers else ''}"
        yield f"File: {file.path} ({kind}, {size(file.facts.file_size_bytes)}; disk of {size(header.disk_size_bytes)})"
    yield f"Sent: {file.target.in_words}, {size(file.sent_bytes)}"
    if file.properties:
        yield f"Properties: {', '.join(f'{key}={value}' for key, value in sorted(file.properties.items()))}"
    yield f"Needs: a disk of {file.min_disk_gib} GiB"


def _image_lines(plan: Plan) -> Iterator[str]:
    if plan.source is not None or plan.file is not None:
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
