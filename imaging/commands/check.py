"""`imaging check`: the checklist of one instance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import click

from imaging.cloud.instance_facts import gather_facts
from imaging.commands.documents.check import check_document
from imaging.commands.documents.inspection import inspection_document
from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.deep_check import run_deep_check
from imaging.commands.flow.inspection import inspect_guest, known_guest
from imaging.commands.flow.machine import read_report, told, verify_report
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import GuestOptions, guest_options, pop_guest_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.report_files import reporting
from imaging.commands.options.things_named import instance_named
from imaging.commands.output.checklist_text import unanswered_line, write_checklist
from imaging.commands.output.reports.writing import Reports
from imaging.commands.output.streams import write_json
from imaging.guest.facts_cache import fact_of
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.inspection_age import with_guest
from imaging.guidelines.wording import how_to_answer
from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity
from models.errors import ImagingError, UsageError
from models.exit_code import ExitCode
from models.findings import Checklist, Readiness
from models.guest.facts import GuestFacts
from models.run.record import RunState
from models.text import sentence


@dataclass(frozen=True)
class _Checked:
    instance: Instance
    checklist: Checklist
    guest: GuestFacts | None
    """The last inspection, whether it still counts or not."""
    notices: tuple[str, ...]
    identity: CloudIdentity


@click.command(
    name="check",
    cls=CommandWithExamples,
    examples=(
        Example("imaging check db-07", "the checklist of an instance"),
        Example("imaging check db-07 --profile jetstream2", "the same, judged by another cloud's guidelines"),
        Example("imaging check db-07 --probe", "inspect the guest by SSH first; nothing is changed in it"),
        Example("imaging check db-07 --deep", "read its disk through a temporary instance, for guests without SSH"),
        Example(
            "imaging check db-07 --guest-report report", "judge the guest by what `imaging probe --show` printed there"
        ),
        Example("imaging check db-07 --report sarif=findings.sarif", "for a place that gathers findings of many tools"),
        Example("imaging check db-07 --json | jq '.findings[] | select(.outcome == \"fail\")'", "only what fails"),
    ),
)
@click.argument("instance")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Also list what passes, what does not apply, and what only an inspection can tell.",
)
@click.option("--probe", is_flag=True, help="Inspect the guest by SSH first; nothing is changed in it.")
@click.option("--deep", is_flag=True, help="Read its disk through a temporary instance; this takes some minutes.")
@click.option(
    "--guest-report", metavar="FILE", help="Judge the guest by this report of the script of `imaging probe --show`."
)
@click.option("--yes", is_flag=True, help="Agree beforehand to the cost of --deep.")
@guest_options
@everywhere
@reporting(hint=" A report of the probe is read with --guest-report FILE.")
def command(
    invocation: Invocation,
    instance: str,
    *,
    everything: bool,
    probe: bool,
    deep: bool,
    guest_report: str | None,
    yes: bool,
    **ssh: Any,
) -> int:
    """Check one instance against the imaging guidelines.

    Nothing is changed. INSTANCE is a name or an id. What only the guest can tell is judged by the last inspection
    of the past 24 hours, if the guest was not started since, or by a new one with --probe or --deep. The exit status
    is 0 only if the instance is ready: inspected, every rule that blocks answered, and nothing left that blocks but
    what a step of `imaging create` fixes.
    """
    options = pop_guest_options(ssh)
    if sum((probe, deep, guest_report is not None)) > 1:
        raise UsageError("--probe, --deep and --guest-report cannot be combined.", remedy="Use one of them.")
    if deep:
        session.refuse_read_only()
        require_confirmation(yes=yes, instead=", or use --probe to inspect the guest by SSH")
        status = session.run(run_deep_check(invocation, instance, yes=yes))
        if status != ExitCode.DONE:
            return status
    found = session.run(_check(invocation, instance, options, guest_report, probe=probe))
    reports = invocation.reports or Reports()
    if invocation.json:
        inspection = inspection_document(found.guest, found.notices) if found.guest is not None else None
        write_json(check_document(found.instance, found.checklist, inspection))
    elif not reports.take_standard_output:
        _write(found, everything=everything)
    status = ExitCode.DONE if found.checklist.readiness is Readiness.READY else ExitCode.VIOLATIONS
    return reports.of_checklist(found.instance, found.checklist, found.identity, status)


async def _check(
    invocation: Invocation, wanted: str, options: GuestOptions, guest_report: str | None, *, probe: bool
) -> _Checked:
    """The checklist; with a login to the guest it is inspected first, with a report this is read first."""
    guidelines = session.profile(invocation)
    # Before the login: a file that cannot be read needs no cloud to be refused.
    brought = await read_report(guest_report, guidelines) if guest_report is not None else None
    async with session.logged_in(invocation) as here:
        identity = (await here.cloud.login()).identity
        instance = await instance_named(here.cloud, wanted)
        if brought is not None:
            await verify_report(brought, here.cloud, instance, options.other_machine)
            guest = fact_of(brought)
        elif probe:
            guest = await inspect_guest(here, instance, options, guidelines)
        else:
            guest = known_guest(here, instance)
        facts = with_guest(await gather_facts(here.cloud, instance.id, here.clock), guest)
        facts = facts.model_copy(update={"active_run": await _active_run(instance.id)})
    notices = told(brought, instance.id)[1] if brought is not None else ()
    return _Checked(facts.instance.value or instance, judge(facts, guidelines), guest.value, notices, identity)


async def _active_run(instance_id: str) -> str | None:
    """The run of this machine that works on an instance now; None also where the journal cannot be read."""
    try:
        async with session.own_runs() as kept:
            runs = await kept.runs()
    except ImagingError:
        return None
    here = (run for run in runs if run.instance_id == instance_id and run.is_worked_on)
    return next((run.id for run in here if run.state is not RunState.WAITING), None)


def _write(found: _Checked, *, everything: bool) -> None:
    instance, checklist = found.instance, found.checklist
    heading = f"{instance.name} ({instance.id}) is {instance.status}; guidelines: {checklist.profile}"
    counts = checklist.not_inspected_because is None
    since_run = found.guest.since_run if found.guest is not None and counts else None
    write_checklist(checklist, heading, _missing_inspection(checklist), everything=everything, since_run=since_run)


def _missing_inspection(checklist: Checklist) -> list[str]:
    """What keeps the guest's side from being known, and what to do about it, in one line; none if nothing does."""
    if checklist.not_inspected_because is not None:
        why = sentence(checklist.not_inspected_because)
        return [f"Not inspected: {why} Inspect it with --probe, or with --deep where SSH does not reach it."]
    if unanswered := unanswered_line(checklist):
        return [f"{unanswered} {how_to_answer(checklist)}"]
    return []
