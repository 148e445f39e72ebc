"""Whether a machine that was logged in to is the instance that was asked for; else nothing is done there."""

from __future__ import annotations

import logging
import shlex

from imaging.guest.interface import GuestShell, LoginRoute, MachineQuestion, Progress
from imaging.guest.machine.agreed_machines import AgreedMachines
from imaging.guest.machine.ids import MachineIds, Verdict
from imaging.guest.machine.read_ids import read_machine_ids
from imaging.runtime.threads import in_thread
from models.errors import OtherMachineError

_log = logging.getLogger(__name__)
_UNTOUCHED = "Nothing else was read there, and nothing was changed."


async def verify_machine(
    shell: GuestShell, route: LoginRoute, agreed: AgreedMachines, *, host_key: str, will_change: bool
) -> None:
    """Compare a machine with the instance; returns where it is the right one, or the user says so.

    Args:
        shell: an open shell in the guest.
        route: which instance was asked for, and who is asked.
        agreed: what the user agreed to before.
        host_key: the fingerprint of the machine's host key.
        will_change: whether something will be changed there; without anybody to ask that needs a machine that says
            which one it is.

    Raises:
        OtherMachineError: it is another machine, or nobody can tell.
        GuestUnreachableError: the connection was cut.
    """
    route.tell(Progress("Checking the machine's identity"))
    said = await read_machine_ids(shell)
    match said.verdict(route.instance.id):
        case Verdict.SAME:
            return
        case Verdict.OTHER:
            await _decide_on_other(shell, route, said)
        case Verdict.UNTOLD:
            await _decide_on_untold(shell, route, said, agreed, host_key=host_key, will_change=will_change)


async def _decide_on_other(shell: GuestShell, route: LoginRoute, said: MachineIds) -> None:
    question = _question(shell, route, said, is_other=True)
    if route.access.other_machine is not None:
        agrees: bool | None = _is_typed(route, question)
    else:
        agrees = await route.asking.machine(question)
    if not agrees:
        raise OtherMachineError(
            f"{shell.address} is not {question.instance}, which is {question.instance_id}. {said.sentence}",
            meaning=_UNTOUCHED,
            remedy=(
                "The address may now belong to another instance: check the addresses, or name another one with"
                " `--address`. To continue anyway, type the instance's name:"
                f" `--other-machine {shlex.quote(question.typed)}`."
            ),
        )
    route.tell(Progress(f"You say that {shell.address} is {question.instance}. {said.sentence}", stays=True))


async def _decide_on_untold(
    shell: GuestShell, route: LoginRoute, said: MachineIds, agreed: AgreedMachines, *, host_key: str, will_change: bool
) -> None:
    question = _question(shell, route, said, is_other=False)
    untold = f"Could not confirm that {shell.address} is {question.instance}. {said.sentence}"
    before = await in_thread(agreed.includes, route.instance.id, host_key)
    agrees = True if before or _is_typed(route, question) else await route.asking.machine(question)
    if agrees is False or (agrees is None and will_change):
        raise OtherMachineError(
            untold,
            meaning=_UNTOUCHED,
            remedy=f"If it is the right one, type its name: `--other-machine {shlex.quote(question.typed)}`.",
        )
    if agrees and not before:
        await _note(agreed, route, host_key)
    route.tell(Progress(untold, stays=True))


def _is_typed(route: LoginRoute, question: MachineQuestion) -> bool:
    return route.access.other_machine in {route.instance.name, question.typed}


async def _note(agreed: AgreedMachines, route: LoginRoute, host_key: str) -> None:
    try:
        await in_thread(agreed.add, route.instance.id, host_key)
    except OSError as error:
        _log.warning("what the user agreed to of a machine could not be kept: %s", error)


def _question(shell: GuestShell, route: LoginRoute, said: MachineIds, *, is_other: bool) -> MachineQuestion:
    name = route.instance.name.strip()
    return MachineQuestion(
        instance=name or route.instance.id,
        instance_id=route.instance.id,
        address=shell.address,
        said=said.sentence,
        is_other=is_other,
    )
