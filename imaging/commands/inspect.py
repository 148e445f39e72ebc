"""`imaging inspect`: a machine checked against the guidelines by its inside alone, without a cloud."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import click

from imaging.commands.documents.conversion import inspect_document, machine_name
from imaging.commands.flow import session
from imaging.commands.flow.machine import Inspected, inspected_by_report, inspected_by_ssh, inspected_here
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import host_and_access, host_login_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.output.checklist_text import unanswered_line, write_checklist
from imaging.commands.output.streams import write_json
from imaging.guidelines.machine import judge_machine
from models.errors import UsageError
from models.exit_code import ExitCode
from models.findings import Checklist, Readiness
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile

_Inspection = Callable[[], Coroutine[Any, Any, Inspected]]


@dataclass(frozen=True)
class _Inspected:
    facts: GuestFacts
    notices: tuple[str, ...]
    checklist: Checklist


@click.command(
    name="inspect",
    cls=CommandWithExamples,
    examples=(
        Example("imaging probe --show >probe.sh", "the script; on the machine: sudo sh probe.sh >report"),
        Example("imaging inspect --report report", "judge the report that it printed there"),
        Example("imaging inspect --ssh root@build-vm", "inspect a machine by SSH that is in no cloud's list"),
        Example("imaging inspect --here", "inspect this machine, as the user who you are"),
        Example("imaging inspect --here --json | jq '.findings[] | select(.outcome == \"fail\")'", "only what fails"),
    ),
)
@click.option("--report", metavar="FILE", help="Judge this report of the script of `imaging probe --show`; - reads it.")
@click.option("--ssh", metavar="[USER@]HOST", help="Inspect this machine by SSH.")
@click.option("--here", is_flag=True, help="Inspect this machine, as the user who runs the program.")
@click.option("--all", "everything", is_flag=True, help="Also list what passes, and what does not apply.")
@host_login_options
@everywhere
def command(
    invocation: Invocation, *, report: str | None, ssh: str | None, here: bool, everything: bool, **login: Any
) -> ExitCode:
    """Check a machine without a cloud: by a report, by SSH, or this one.

    No login to a cloud is needed, and nothing is changed. The rules are those of `imaging check`; those that only a
    cloud can answer do not apply. The exit status is 0 only if no rule that blocks fails or stays unknown.
    """
    if sum((report is not None, ssh is not None, here)) != 1:
        raise UsageError("One of --report, --ssh and --here is needed.", remedy="Use exactly one of them.")
    guidelines = session.profile(invocation)
    found = session.run(_inspect(guidelines, _inspection(guidelines, report, ssh, login)))
    if invocation.json:
        write_json(inspect_document(found.facts, found.checklist, found.notices))
    else:
        _write(found, everything=everything)
    return ExitCode.DONE if found.checklist.readiness is Readiness.READY else ExitCode.VIOLATIONS


def _inspection(guidelines: Profile, report: str | None, ssh: str | None, login: dict[str, Any]) -> _Inspection:
    if report is not None:
        return lambda: inspected_by_report(report, guidelines)
    if ssh is not None:
        host, access = host_and_access(ssh, **login)
        return lambda: inspected_by_ssh(host, access, guidelines)
    return lambda: inspected_here(guidelines)


async def _inspect(guidelines: Profile, inspection: _Inspection) -> _Inspected:
    facts, notices = await inspection()
    return _Inspected(facts, notices, judge_machine(facts, guidelines, session.now()))


def _write(found: _Inspected, *, everything: bool) -> None:
    heading = f"{machine_name(found.facts) or 'The machine'}; guidelines: {found.checklist.profile}"
    unanswered = unanswered_line(found.checklist)
    hints = [unanswered if found.facts.as_root else f"{unanswered} Inspect it as root."] if unanswered else []
    write_checklist(found.checklist, heading, hints, everything=everything)
