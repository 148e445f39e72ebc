"""What the review says: the decisions first, each with what it leads to. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from imaging.runs.plan.start_gate import unfit_state
from models.cloud.instance import Instance
from models.findings import AskedFor, Checklist, Finding, FindingClass, InspectionMethod, Outcome, class_of
from models.formatting import about, clock_time, counted
from models.run.obstacle import Obstacle, ObstacleKind
from models.run.plan import Plan, PlannedStep
from models.run.request import OnFailure, RunRequest, Visibility
from models.run.time_limit import written
from models.text import one_line
from screens.own_tests.rows import tests_line
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone
from screens.style.wording import urgency
from screens.widgets.columns import shortened
from screens.wizard.pages.inspecting import how_to_inspect
from screens.wizard.review.rows import Deed, Item, heading, sections
from screens.wizard.review.seal_text import seal_items
from screens.wizard.state import WizardState
from screens.wizard.targets import PageName, Target, target_of

_NAME_CELLS = 40
_IMAGE_CELLS = 60
_SHOWN_OPEN = 3
"""Findings that are listed of those that stay open; the others are counted."""
_USUAL_LIMIT = RunRequest().timeout_seconds


def review(state: WizardState, glyphs: Glyphs, *, with_steps: bool) -> tuple[Item, ...]:
    """All that the page says."""
    plan = state.plan
    if plan is None:
        return sections(_no_plan(state), _obstacles(state, glyphs))
    return sections(
        _head(state, plan),
        _obstacles(state, glyphs),
        _happens(plan, glyphs),
        seal_items(state, plan, glyphs),
        _decided(state, plan, glyphs),
        _open(plan, glyphs),
        _inspected(state, plan, glyphs),
        _steps(plan, glyphs, shown=with_steps),
    )


def obstacles_line(found: Sequence[Obstacle]) -> str:
    """What is to be done before the run can start, in one line: how much, then what, as far as there is room."""
    named = ", ".join(one.title or one.text for one in found if one.kind is not ObstacleKind.UNINSPECTED)
    return f"Before you can start: {obstacles_counted(found)}{f': {named}' if named else ''}"


def obstacles_counted(found: Sequence[Obstacle]) -> str:
    """`2 blockers, 1 to confirm`."""
    by_kind = Counter(one.kind for one in found)
    blockers = sum(by_kind[kind] for kind in (ObstacleKind.BLOCKER, ObstacleKind.IMPOSSIBLE, ObstacleKind.UNSEALABLE))
    parts = [counted(blockers, "blocker")] if blockers else []
    parts += ["an inspection"] if by_kind[ObstacleKind.UNINSPECTED] else []
    parts += [f"{by_kind[ObstacleKind.CONFIRMATION]} to confirm"] if by_kind[ObstacleKind.CONFIRMATION] else []
    parts += ["a network to choose"] if by_kind[ObstacleKind.NETWORK] else []
    return ", ".join(parts)


def _no_plan(state: WizardState) -> Sequence[Item]:
    if state.plan_trouble:
        text = one_line(state.plan_trouble)
        return (Item(text, tone=Tone.BAD, leads_to=Target(PageName.TEST), most=0),)
    return (Item("Making the plan", tone=Tone.QUIET),)


def _head(state: WizardState, plan: Plan) -> Sequence[Item]:
    """The image in two lines: its name, and what there is to it."""
    request = plan.request
    longer = f" ({about(plan.estimated_seconds - plan.seal_seconds)} if plain)" if plan.seal_seconds else ""
    duration = f"{about(plan.estimated_seconds)}{longer}"
    parts = [request.mode.value, request.visibility.value, _size(state, plan), _test(plan), duration]
    name = shortened(one_line(request.name), _IMAGE_CELLS, cut="…") or "(no name)"
    return heading(name), heading(" · ".join(part for part in parts if part), Tone.QUIET)


def _size(state: WizardState, plan: Plan) -> str:
    if plan.source is not None and plan.source.volume_backed:
        return "a snapshot of its root volume"
    from imaging.runs.plan.launch_choice import flavor_disk_gib  # noqa: PLC0415  # not for the first paint

    gib = flavor_disk_gib(state.facts, plan.source) if state.facts is not None and plan.source is not None else None
    return f"at most {gib} GiB" if gib else ""


def _test(plan: Plan) -> str:
    if plan.test is None:
        return "no test"
    if plan.test.refused_because:
        return "no test possible"
    return f"boot test on {plan.test.flavors[0].name}" if plan.test.flavors else "boot test"


def _obstacles(state: WizardState, glyphs: Glyphs) -> Sequence[Item]:
    found = state.obstacles
    items = [_obstacle(one, state.checklist, state.instance, glyphs) for one in found]
    return [heading("Before you can start", Tone.BAD), *items] if items else []


def _obstacle(one: Obstacle, checklist: Checklist | None, instance: Instance, glyphs: Glyphs) -> Item:
    target, advice = target_of(one, checklist), ""
    if one.kind is ObstacleKind.UNINSPECTED:
        advice = f" {how_to_inspect(instance)} u continues without, with a reason."
    elif one.kind is ObstacleKind.UNSEALABLE:
        advice = " Or choose plain on the Name page."
    elif one.kind is ObstacleKind.CONFIRMATION:
        advice = " Please confirm."
    lead = f"{one.title}: " if one.title and one.kind is ObstacleKind.BLOCKER else ""
    text = one.title if one.kind is ObstacleKind.CONFIRMATION else one.text
    return Item(f"{lead}{text}{advice}", glyphs.bad, Tone.BAD, one.rule, target, most=4)


def _happens(plan: Plan, glyphs: Glyphs) -> Sequence[Item]:
    """What becomes of the instance while its image is made, and what may surprise."""
    name = _source_name(plan)
    items = [heading(f"What happens to {name}"), Item(_power(plan))]
    if plan.volumes:
        verb = "is" if len(plan.volumes) == 1 else "are"
        items.append(Item(f"{_volumes(plan)} {verb} detached, then attached again", leads_to=Target(PageName.VOLUMES)))
    items.append(Item(_failure(plan), leads_to=Target(PageName.VOLUMES)))
    items += [
        Item(text, glyphs.warn, Tone.WARN, leads_to=Deed.READ, most=1, title="What to know before")
        for text in plan.warnings
    ]
    return items


def _source_name(plan: Plan) -> str:
    return shortened(plan.source.name, _NAME_CELLS, cut="…") if plan.source else "the instance"


def _power(plan: Plan) -> str:
    from imaging.runs.plan.image_plan import off_seconds  # noqa: PLC0415  # not for the first paint

    if plan.will_stop:
        return f"off for {about(off_seconds(plan))}, then started again"
    if plan.source is not None and unfit_state(plan.source):
        return f"nothing: it is {plan.source.status}, in which no run can begin"
    return "is off, and stays off"


def _volumes(plan: Plan) -> str:
    """`pgdata and scratch`."""
    names = [
        each.volume.name if each.volume and each.volume.name else each.attachment.volume_id for each in plan.volumes
    ]
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]


def _failure(plan: Plan) -> str:
    if plan.request.on_failure is OnFailure.RESTORE:
        return f"if anything fails, {_source_name(plan)} is restored"
    return "if anything fails, it is left stopped with its volumes detached; undo restores it"


def _decided(state: WizardState, plan: Plan, glyphs: Glyphs) -> Sequence[Item]:
    """What the user has answered, and what differs from the usual; each leads to where it is changed."""
    items = [*_answers(state, plan, glyphs), *_choices(plan.request, glyphs)]
    return [heading("Decided by you"), *items] if items else []


def _answers(state: WizardState, plan: Plan, glyphs: Glyphs) -> Iterator[Item]:
    request, titles = plan.request, _titles(plan.checklist)
    for lapsed in state.lapsed:
        text = f"{titles.get(lapsed.rule, '')}: no longer waived, what was found has changed"
        yield Item(text, glyphs.warn, Tone.WARN, lapsed.rule, Target(PageName.CHECKLIST, lapsed.rule))
    for waiver in request.waivers:
        text = f"{titles.get(waiver.rule, '')}: “{waiver.reason}”"
        yield Item(text, glyphs.waived, Tone.WARN, waiver.rule, Deed.WAIVE, most=4)
    for given in request.attestations:
        text = f"Confirmed: {titles.get(given.rule, '')}"
        yield Item(text, glyphs.good, Tone.GOOD, given.rule, Target(_page_of(given.rule, plan.checklist), given.rule))
    if request.uninspected:
        yield Item(f"Without inspection: “{request.uninspected}”", glyphs.waived, Tone.WARN, "", Deed.UNINSPECTED, 4)


def _page_of(rule: str, checklist: Checklist | None) -> PageName:
    found = [one for one in checklist.findings if one.rule == rule] if checklist is not None else []
    before = any(one.asked_for is AskedFor.BEFORE_PUBLISHING for one in found)
    return PageName.VISIBILITY if before else PageName.CHECKLIST


def _choices(request: RunRequest, glyphs: Glyphs) -> Iterator[Item]:
    if request.visibility is not Visibility.PRIVATE:
        yield _choice(_published(request), PageName.VISIBILITY, glyphs)
    if not request.test:
        yield _choice("No test: nobody will have seen the image boot", PageName.TEST, glyphs)
    elif request.keep_test:
        yield _choice("The test instance is kept for inspection", PageName.TEST, glyphs)
    if request.test and request.work_tests.files:
        yield _choice(tests_line(request), PageName.TEST, glyphs)
    if request.test and request.twins:
        yield _choice("Two test instances at once are compared", PageName.TEST, glyphs)
    if request.test and request.list_base:
        yield _choice("What is installed beyond the base is told", PageName.TEST, glyphs)
    if request.timeout_seconds != _USUAL_LIMIT:
        yield _choice(f"Time limit of the run: {written(request.timeout_seconds)}", PageName.VOLUMES, glyphs)
    if request.on_failure is OnFailure.LEAVE:
        yield _choice("If it fails, nothing is restored until you undo it", PageName.VOLUMES, glyphs)


def _choice(text: str, page: PageName, glyphs: Glyphs) -> Item:
    return Item(text, glyphs.waived, Tone.QUIET, leads_to=Target(page))


def _published(request: RunRequest) -> str:
    with_whom = ""
    if request.visibility is Visibility.SHARED:
        with_whom = f" with {counted(len(request.members), 'project')}" if request.members else " with nobody yet"
    when = "in any case" if request.publish_unverified else "once it has booted, unless a check or test fails"
    return f"Becomes {request.visibility}{with_whom}, {when}"


def _titles(checklist: Checklist | None) -> dict[str, str]:
    return {one.rule: one.title for one in checklist.findings} if checklist is not None else {}


def _open(plan: Plan, glyphs: Glyphs) -> Sequence[Item]:
    """What stays open without keeping the run from starting: how much, and the worst of it."""
    findings = plan.checklist.findings if plan.checklist is not None else ()
    warnings = [one for one in findings if class_of(one) is FindingClass.WARNING]
    unknown = [one for one in findings if class_of(one) is FindingClass.UNKNOWN]
    if not (warnings or unknown):
        return ()
    parts = [counted(len(warnings), "warning")] if warnings else []
    parts += [f"{len(unknown)} unknown"] if unknown else []
    lead = heading(f"Still open, does not block: {' · '.join(parts)}")
    worst = sorted(warnings, key=urgency)[:_SHOWN_OPEN]
    shown = [_open_finding(one, glyphs) for one in worst]
    rest = len(warnings) + len(unknown) - len(worst)
    more = Item(f"{rest} more in the checklist", glyphs.folded, Tone.QUIET, leads_to=Target(PageName.CHECKLIST))
    return [lead, *shown, more] if rest else [lead, *shown]


def _open_finding(finding: Finding, glyphs: Glyphs) -> Item:
    text = finding.evidence if finding.outcome is Outcome.FAIL else finding.title
    return Item(text, glyphs.warn, Tone.WARN, finding.rule, Target(PageName.CHECKLIST, finding.rule), most=1)


_HOW = {
    InspectionMethod.SSH: "by SSH",
    InspectionMethod.DEEP_CHECK: "by a deep check of its disk",
    InspectionMethod.BROUGHT: "by a report that you brought",
    InspectionMethod.HERE: "on this machine",
    InspectionMethod.IMAGE_FILE: "in an image file",
}


def _inspected(state: WizardState, plan: Plan, glyphs: Glyphs) -> Sequence[Item]:
    """When and how the guest was inspected; a missing inspection stands above, in what keeps the run from starting."""
    checklist = plan.checklist
    if checklist is None or checklist.not_inspected_because is not None:
        return ()
    guest = [one for one in checklist.findings if one.is_about_guest]
    read_at = plan.guest.read_at if plan.guest is not None else None
    now = state.facts.now if state.facts is not None else None
    when = clock_time(read_at, now=now) if read_at is not None else ""
    how = _HOW[checklist.inspected_by] if checklist.inspected_by is not None else ""
    as_whom = "as root" if checklist.inspected_as_root else "without root"
    unknown = sum(one.outcome is Outcome.UNKNOWN for one in guest)
    text = " ".join(part for part in ("Inspected", when, how, as_whom) if part)
    note = f" ({counted(unknown, 'rule')} unknown)" if unknown else ""
    return (Item(f"{text}{note}", glyphs.good, Tone.GOOD, leads_to=Target(PageName.CHECKLIST)),)


def _steps(plan: Plan, glyphs: Glyphs, *, shown: bool) -> Sequence[Item]:
    sign = glyphs.unfolded if shown else glyphs.folded
    hint = "s hides them" if shown else "s shows them with the openstack commands"
    lead = Item(f"{counted(len(plan.steps), 'step')}: {hint}", sign, Tone.QUIET, leads_to=Deed.STEPS)
    if not shown:
        return (lead,)
    return [lead, *(item for number, step in enumerate(plan.steps, 1) for item in _step(number, step))]


def _step(number: int, step: PlannedStep) -> Iterator[Item]:
    yield Item(f"{number} {step.step.value}: {step.summary}", tone=Tone.QUIET if step.skipped else Tone.PLAIN, most=0)
    for command in step.commands:
        yield Item(f"$ {command}", tone=Tone.ACCENT, most=0)
