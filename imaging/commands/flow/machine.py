"""An inspection without a cloud: by a report that was brought, by SSH, or of this machine."""

from __future__ import annotations

import shlex

from imaging.cloud.interface import Cloud
from imaging.commands.flow import session
from imaging.commands.flow.brought_file import read_brought
from imaging.commands.options.guest import ProgressLines, asking
from imaging.commands.output.checklist_text import inspection_line
from imaging.commands.output.streams import say
from imaging.guest.brought_report import read_brought_report, report_notices
from imaging.guest.here import inspect_here
from imaging.guest.host_keys.names import Host
from imaging.guest.interface import GuestAccess
from imaging.guest.machine.ids import IdSource, MachineId, MachineIds, Verdict
from imaging.guest.report.envelope import LIMIT_BYTES
from imaging.guidelines.guest.questions import questions_for
from imaging.runtime.clock import SystemClock
from models.cloud.instance import Instance
from models.errors import BadProbeError, ImagingError, UsageError
from models.guest.facts import GuestFacts, InspectionMethod
from models.guidelines.profile import Profile

_WIDEST = 2
"""Bytes of a character in the widest encoding that a shell saves output in, UTF-16."""
_OWN = frozenset({IdSource.CLOUD_INIT.value, IdSource.DMI.value})
Inspected = tuple[GuestFacts, tuple[str, ...]]
"""What was found, and what to know before it is believed."""


async def inspected_by_report(file: str, guidelines: Profile) -> Inspected:
    """Read a report that was brought, and say what is doubtful about it.

    Raises:
        UsageError: it is no report, and why.
    """
    return told(await read_report(file, guidelines))


async def read_report(file: str, guidelines: Profile) -> GuestFacts:
    """The facts in a report that was brought.

    Args:
        file: its path; `-` for standard input.
        guidelines: they say what should have been searched for.

    Raises:
        UsageError: it is no report, and why.
    """
    brought = await read_brought(file, limit_bytes=LIMIT_BYTES * _WIDEST)
    # A report is ASCII; a shell of Windows saves it as UTF-16.
    plain = brought.text.encode("utf-8")
    try:
        return await read_brought_report(plain, questions_for(guidelines), session.now())
    except BadProbeError as error:
        raise UsageError(
            f"{brought.label} is not the report of a probe. {error.reason}",
            remedy="Make it on that machine: run there, as root, the script that `imaging probe --show` prints"
            " (sudo sh probe.sh >report), and bring the whole output.",
        ) from None


async def verify_report(facts: GuestFacts, cloud: Cloud, instance: Instance, other_machine: str | None) -> None:
    """Refuse a report that says that it is of another instance, unless the user says that it is of this one.

    Args:
        facts: the facts in it.
        cloud: where the other instance may have a name.
        instance: the instance that is to be judged by it.
        other_machine: this instance's name or id, typed by the user who knows better.

    Raises:
        UsageError: it is of another one.
    """
    said = _ids_in(facts)
    if said.verdict(instance.id) is not Verdict.OTHER or other_machine in {instance.name, instance.id}:
        return
    raise UsageError(
        f"The report is not of {instance.name}, which is {instance.id}. {said.sentence}{await _name_of(said, cloud)}",
        meaning="Nothing was judged.",
        remedy="Name the instance that it is of, or make the report again in this one. If it is of this one all the "
        f"same, type the instance's name: --other-machine {shlex.quote(instance.name)}",
    )


def _ids_in(facts: GuestFacts) -> MachineIds:
    """By which ids the machine goes that the report is of; what lies on its disk may be its parent's."""
    system = facts.system.value
    if system is None:
        return MachineIds()
    found = [MachineId(source=IdSource(each.source), text=each.text) for each in system.own_ids if each.source in _OWN]
    kept = [MachineId(source=IdSource.KEPT, text=system.instance_id)] if system.instance_id else []
    return MachineIds(ids=(*found, *kept))


async def _name_of(said: MachineIds, cloud: Cloud) -> str:
    """The name of the instance that it is of, where this project has it."""
    for each in said.others:
        try:
            return f" That is {(await cloud.compute.instance(each.nova_id or '')).name}."
        except ImagingError:
            continue  # the name is only a help
    return ""


def identity_notices(facts: GuestFacts, instance_id: str) -> tuple[str, ...]:
    """What to know of whose a report says that it is; nothing where it is of this instance."""
    said = _ids_in(facts)
    match said.verdict(instance_id):
        case Verdict.SAME:
            return ()
        case Verdict.OTHER:
            return (f"You say that the report is of this instance. {said.sentence}",)
        case Verdict.UNTOLD:
            return (f"Nothing in the report shows that it is of this instance. {said.sentence}",)


def told(facts: GuestFacts, instance_id: str | None = None) -> Inspected:
    """Say how a guest was inspected, and what is doubtful about a report that was brought.

    Args:
        facts: the facts in it.
        instance_id: the instance that it is said to be about; None for none.
    """
    say(inspection_line(facts))
    brought = facts.method is InspectionMethod.BROUGHT
    notices = tuple(report_notices(facts, session.now())) if brought else ()
    if brought and instance_id is not None:
        notices += identity_notices(facts, instance_id)
    for notice in notices:
        say(f"Warning: {notice}")
    return facts, notices


async def inspected_by_ssh(host: Host, access: GuestAccess, guidelines: Profile) -> Inspected:
    """Inspect a machine that is in no cloud's list.

    Raises:
        UsageError: the host key is not trusted, or the ssh config cannot be used.
        GuestError: it does not answer, nobody is let in, or what came back is no report.
    """
    from imaging.guest.service import GuestService  # noqa: PLC0415  # it brings asyncssh: not for a `--help`

    service = GuestService(session.paths(), SystemClock())
    return told(await service.inspect_host(host, access, asking(), ProgressLines(), questions_for(guidelines)))


async def inspected_here(guidelines: Profile) -> Inspected:
    """Inspect this machine as the user who runs the program.

    Raises:
        GuestError: there is no shell, time was up, or it printed no report.
    """
    return told(await inspect_here(questions_for(guidelines), SystemClock(), ProgressLines()))
