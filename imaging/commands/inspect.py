"""`imaging inspect`: a machine checked against the guidelines by its inside alone, without a cloud."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from imaging.commands.documents.inspect import file_document, inspect_document, machine_name
from imaging.commands.flow import session
from imaging.commands.flow.image_file import (
    WantedFile,
    WantedImage,
    inspected_file,
    inspected_image,
    means_image,
    wanted_file,
)
from imaging.commands.flow.machine import Inspected, inspected_by_report, inspected_by_ssh, inspected_here
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.guest import host_and_access, host_login_options
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import FORMAT_OPTION, work_dir_option
from imaging.commands.output.checklist_text import unanswered_line, write_checklist
from imaging.commands.output.file_text import write_file
from imaging.commands.output.streams import write_json
from imaging.guidelines.machine import judge_file, judge_machine
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
        Example("imaging inspect --guest-report report", "judge the report that it printed there"),
        Example("imaging inspect --ssh root@build-vm", "inspect a machine by SSH that is in no cloud's list"),
        Example("imaging inspect disk.qcow2", "inspect an image file, packed or not; nothing is mounted"),
        Example("imaging inspect --image sky-survey", "inspect an image of the cloud, by the parts that are needed"),
        Example("imaging inspect --here", "inspect this machine, as the user who you are"),
        Example("imaging inspect --here --json | jq '.findings[] | select(.outcome == \"fail\")'", "only what fails"),
    ),
)
@click.argument("file", required=False, type=click.Path(), metavar="[FILE]")
@click.option("--file", "named_file", metavar="FILE", type=click.Path(path_type=Path), help="The same as FILE.")
@click.option("--image", metavar="IMAGE", help="Inspect this image of the cloud: its name or its id.")
@click.option("--download", is_flag=True, help="Fetch all of IMAGE first, where the cloud does not send parts.")
@FORMAT_OPTION
@work_dir_option(
    "Where FILE is unpacked or converted if it must be, beside FILE by default; where IMAGE is downloaded."
)
@click.option(
    "--guest-report", metavar="FILE", help="Judge this report of the script of `imaging probe --show`; - reads it."
)
@click.option("--ssh", metavar="[USER@]HOST", help="Inspect this machine by SSH.")
@click.option("--here", is_flag=True, help="Inspect this machine, as the user who runs the program.")
@click.option("--all", "everything", is_flag=True, help="Also list what passes, and what does not apply.")
@host_login_options
@everywhere
def command(
    invocation: Invocation, *, guest_report: str | None, ssh: str | None, here: bool, everything: bool, **other: Any
) -> ExitCode:
    """Check an image file, an image of the cloud, or a machine without a cloud: by a report, by SSH, or this one.

    No login to a cloud is needed but for IMAGE, and nothing is changed. The rules are those of `imaging check`; those
    that only a cloud can answer do not apply. The exit status is 0 only if no rule that blocks fails or stays unknown.

    FILE is a disk image (RAW, QCOW2, VMDK, VDI, VHD, VHDX), also packed (gzip, xz, zstd, OVA), or a directory with the
    parts of one. It is read as it lies, as the user who you are: nothing is mounted, and nothing in it is run. Of IMAGE
    only the parts are fetched that are needed, where the cloud sends parts.
    """
    wanted, login = _wanted(invocation, other)
    if sum((wanted is not None, guest_report is not None, ssh is not None, here)) != 1:
        raise UsageError(
            "One of FILE, --image, --guest-report, --ssh and --here is needed.",
            remedy="Use exactly one of them: imaging inspect FILE",
        )
    guidelines = session.profile(invocation)
    if wanted is not None:
        return _file_command(invocation, wanted, guidelines, everything=everything)
    found = session.run(_inspect(guidelines, _inspection(guidelines, guest_report, ssh, login)))
    if invocation.json:
        write_json(inspect_document(found.facts, found.checklist, found.notices))
    else:
        _write(found, everything=everything)
    return ExitCode.DONE if found.checklist.readiness is Readiness.READY else ExitCode.VIOLATIONS


def _wanted(invocation: Invocation, other: dict[str, Any]) -> tuple[WantedFile | WantedImage | None, dict[str, Any]]:
    """The file or the image that is meant, and the options that are left."""
    file, named, image = (other.pop(name) for name in ("file", "named_file", "image"))
    declared, work_dir, download = (other.pop(name) for name in ("declared", "work_dir", "download"))
    if sum(each is not None for each in (file, named, image)) > 1:
        raise UsageError("FILE, --file and --image cannot be combined.", remedy="Use one of them.")
    if file is not None and means_image(file, invocation):
        file, image = None, file
    path = Path(file) if file is not None else named
    _refuse_unfit(is_file=path is not None, is_image=image is not None, declared=declared, download=download)
    if image is not None:
        return WantedImage(image, download, work_dir or Path.cwd()), other
    if path is None and work_dir:
        raise UsageError("--work-dir needs a FILE or an IMAGE.", remedy="Name it: imaging inspect FILE")
    return (None if path is None else wanted_file(path, declared, work_dir)), other


def _refuse_unfit(*, is_file: bool, is_image: bool, declared: str | None, download: bool) -> None:
    """Refuse options that say nothing of what was named."""
    if declared and not is_file:
        raise UsageError("--format needs a FILE.", remedy="What an image of the cloud is, Glance says.")
    if download and not is_image:
        raise UsageError("--download needs an IMAGE.", remedy="Name it: imaging inspect --image IMAGE --download")


def _file_command(
    invocation: Invocation, wanted: WantedFile | WantedImage, guidelines: Profile, *, everything: bool
) -> ExitCode:
    image = None
    if isinstance(wanted, WantedFile):
        found = session.run(inspected_file(wanted, guidelines))
    else:
        found, image = session.run(inspected_image(invocation, wanted, guidelines))
    checklist = judge_file(
        found.file, found.guest, guidelines, session.now(), unread_because=found.unread_because, image=image
    )
    if invocation.json:
        write_json(file_document(found, checklist))
    else:
        write_file(found, checklist, everything=everything)
    return ExitCode.DONE if checklist.readiness is Readiness.READY else ExitCode.VIOLATIONS


def _inspection(guidelines: Profile, guest_report: str | None, ssh: str | None, login: dict[str, Any]) -> _Inspection:
    if guest_report is not None:
        return lambda: inspected_by_report(guest_report, guidelines)
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
