"""`imaging check`: the checklist of one instance."""

from __future__ import annotations

from typing import Any

import click

from imaging.cloud.gathering import gather_facts
from imaging.commands import session
from imaging.commands.agreeing import refuse_unasked
from imaging.commands.choosing import instance_named
from imaging.commands.converting import check_document
from imaging.commands.deep_check import check_deeply
from imaging.commands.guest_options import GuestOptions, guest_options, taken
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.looking_inside import known_guest, look_inside
from imaging.commands.output import say, write_json
from imaging.commands.tables import Cell, write_table
from imaging.commands.teaching import Example, TeachingCommand
from imaging.guidelines.checklist import judge
from models.errors import ExitCode, UsageError
from models.findings import Checklist, Finding, Outcome, Severity, Source
from models.instance import Instance

_STYLES = {
    Outcome.PASS: "green",
    Outcome.FAIL: "red",
    Outcome.UNKNOWN: "yellow",
    Outcome.WAIVED: "yellow",
    Outcome.NOT_APPLICABLE: "dim",
}


@click.command(
    name="check",
    cls=TeachingCommand,
    examples=(
        Example("imaging check db-07", "what the guidelines say of an instance"),
        Example("imaging check db-07 --profile jetstream2", "the same by another cloud's guidelines"),
        Example("imaging check db-07 --probe", "look inside by SSH first; nothing is changed there"),
        Example("imaging check db-07 --deep", "look at its disk through a throw-away instance, for guests without SSH"),
        Example("imaging check db-07 --json | jq '.findings[] | select(.outcome == \"fail\")'", "only what fails"),
    ),
)
@click.argument("instance")
@click.option(
    "--all", "everything", is_flag=True, help="Also list what does not apply, and what only the guest can tell."
)
@click.option("--probe", is_flag=True, help="Look into the guest by SSH first; nothing is changed there.")
@click.option("--deep", is_flag=True, help="Look at its disk through a throw-away instance, which costs some minutes.")
@click.option("--yes", is_flag=True, help="Agree beforehand to what --deep costs.")
@guest_options
@everywhere
def command(
    said: Invocation, instance: str, *, everything: bool, probe: bool, deep: bool, yes: bool, **way: Any
) -> int:
    """Check one instance against the imaging guidelines.

    Nothing is changed. INSTANCE is a name or an id. What only the guest can tell is judged by the last look inside
    that is not older than a day, or by a new one with --probe or --deep. The exit status is 1 when a guideline is
    violated, also where a step of `imaging create` would put that right.
    """
    options = taken(way)
    if probe and deep:
        raise UsageError("--probe and --deep are two ways to look inside.", remedy="Take one of them.")
    if deep:
        session.refuse_read_only()
        refuse_unasked(yes=yes, instead=", or --probe to look inside by SSH")
        status = session.run(check_deeply(said, instance, yes=yes))
        if status != ExitCode.DONE:
            return status
    found, checklist = session.run(_check(said, instance, options if probe else None))
    if said.json:
        write_json(check_document(found, checklist))
    else:
        _write(found, checklist, everything=everything)
    return ExitCode.VIOLATIONS if violated(checklist) else ExitCode.DONE


def violated(checklist: Checklist) -> bool:
    """Whether a guideline is violated: a failing block, or a failing warning that no step of a run puts right."""
    return any(
        finding.severity is Severity.BLOCK or (finding.severity is Severity.WARN and finding.mended_by is None)
        for finding in checklist.violations
    )


async def _check(said: Invocation, wanted: str, way: GuestOptions | None) -> tuple[Instance, Checklist]:
    """The checklist; with a way into the guest it is looked into first."""
    guidelines = session.profile(said)
    async with session.logged_in(said) as here:
        instance = await instance_named(here.cloud, wanted)
        guest = known_guest(here, instance) if way is None else await look_inside(here, instance, way, guidelines)
        facts = await gather_facts(here.cloud, instance.id, here.clock)
        facts = facts.model_copy(update={"guest": guest})
    return facts.instance.value or instance, judge(facts, guidelines)


def _write(instance: Instance, checklist: Checklist, *, everything: bool) -> None:
    say(f"{instance.name} ({instance.id}) is {instance.status}; guidelines: {checklist.profile}")
    shown = [finding for finding in checklist.findings if everything or of_interest(finding)]
    write_table(("RULE", "OUTCOME", "SEVERITY", "EVIDENCE"), map(_row, shown))
    for finding in checklist.violations:
        say("\n".join(["", *remedy_lines(finding)]))
    say()
    if len(shown) < len(checklist.findings):
        say(f"{len(checklist.findings) - len(shown)} more do not apply or only the guest can tell: --all lists them.")
    say(summary(checklist))


def of_interest(finding: Finding) -> bool:
    """Whether a finding is listed unasked: it was looked at, or is waiting for the user's word."""
    if finding.outcome is Outcome.UNKNOWN:
        return finding.source is not Source.GUEST
    return finding.outcome is not Outcome.NOT_APPLICABLE


def _row(finding: Finding) -> tuple[Cell, ...]:
    return (
        Cell(finding.rule, whole=True),
        Cell(finding.outcome, _STYLES[finding.outcome], whole=True),
        Cell(finding.severity, whole=True),
        Cell(finding.evidence, fold=True),
    )


def remedy_lines(finding: Finding) -> list[str]:
    """What fails, and what to do about it."""
    lines = [f"{finding.rule}: {finding.evidence}"]
    if finding.mended_by is not None:
        lines.append(f"  `imaging create` puts this right (step: {finding.mended_by})")
    if finding.remedy is not None:
        lines.append(f"  {finding.remedy.text}")
        lines += [f"  $ {line}" for line in (finding.remedy.command or "").splitlines()]
    return lines


def summary(checklist: Checklist) -> str:
    """How many of what, and whether a run may start."""
    ready = "ready for imaging" if checklist.ready else "not ready for imaging"
    return f"{ready}: {len(checklist.violations)} failing, {len(checklist.unknowns)} unknown"
