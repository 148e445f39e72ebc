"""What a guest answers to a command: recognised by its text, never executed."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.democloud.guests import remedies
from imaging.democloud.guests.client_requests import Call, Probe, asked, reads_input
from imaging.democloud.guests.machine_ids import machine_ids
from imaging.democloud.guests.report import report
from imaging.democloud.guests.roles import ROLES, has_sudo
from imaging.democloud.guests.saved_files import checksums
from imaging.democloud.records.server import Server
from imaging.democloud.world import World

_SOME_FAILED, _NOT_FOUND = 123, 127
"""Exit statuses: of xargs, and of a shell."""
_PROBE_SECONDS = 1.6
_REMEDY_SECONDS = 0.4
_UPDATE_SECONDS = 4.0


@dataclass(frozen=True)
class Reply:
    """How a command ends."""

    output: bytes = b""
    errors: str = ""
    status: int = 0
    seconds: float = 0.0
    """How many of the cloud's seconds it takes."""


def reply_to(world: World, server: Server, command: str, given: bytes) -> Reply:
    """Answer one command.

    Args:
        world: the cloud.
        server: the instance, whose state the answer depends on, and which a remedy changes.
        command: what is to be executed, out of its wrapping.
        given: its standard input.
    """
    if command.endswith("xargs -0 sha256sum"):
        return _checksums(server, given)
    if reads_input(command):
        return _script(world, server, given)
    output = remedies.run_command(server, command)
    if output is not None:
        return Reply(output.encode(), seconds=_UPDATE_SECONDS)
    return _unknown()


def _script(world: World, server: Server, script: bytes) -> Reply:
    what = asked(script)
    if isinstance(what, Probe):
        user = ROLES[server.disk.guest].user
        told = report(server, what, world.now(), user=user, volumes=world.volumes, as_root=has_sudo(server))
        return Reply(told, seconds=_PROBE_SECONDS)
    if isinstance(what, Call):
        try:
            return _called(server, what)
        except (ValueError, TypeError):
            return _unknown()
    return _unknown()


def _called(server: Server, call: Call) -> Reply:
    """A function of one of the remedies' scripts. Raises ValueError or TypeError for arguments that do not fit."""
    match call.function:
        case "imaging_machine":
            (nonce,) = call.arguments
            return Reply(machine_ids(server, nonce).encode())
        case "tables":
            return Reply(remedies.mount_tables(server).encode())
        case "inspect":
            return Reply(remedies.disk_use(server).encode())
        case "let_go":
            how, point = call.arguments
            output, errors = remedies.let_go(server, how, point)
            return Reply(output.encode(), errors, seconds=_REMEDY_SECONDS)
        case "edit":
            file, number, shown, how, stamp = call.arguments
            said = remedies.edit(server, file, int(number), shown=shown, how=how, stamp=stamp)
            return Reply(said.encode(), seconds=_REMEDY_SECONDS)
        case _:
            return _unknown()


def _checksums(server: Server, names: bytes) -> Reply:
    output, complaints = checksums(server.disk.guest, names)
    return Reply(output, complaints, status=_SOME_FAILED if complaints else 0)


def _unknown() -> Reply:
    return Reply(
        errors="sh: not found: this machine of the demonstration cloud answers the console alone\n", status=_NOT_FOUND
    )
