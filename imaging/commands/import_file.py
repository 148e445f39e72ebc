"""`imaging import`: an image made of a file, compared with it, and tested."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import click

from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.file_import import file_to_import, with_texts
from imaging.commands.flow.image_file import wanted_file
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.flow.url_fetch import fetched_file
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import FORMAT_OPTION, PLAN_OPTION, YES_OPTION, work_dir_option
from imaging.commands.options.report_files import reporting
from imaging.commands.options.run_options import import_options
from imaging.commands.options.run_request import USUAL_SECONDS, ImportOptions, attestations, waivers
from imaging.files.fetch import address_of, is_url
from imaging.runs.plan.import_file.planning import FileToImport
from models.errors import UsageError
from models.guidelines.profile import Profile
from models.run.file_plan import SendingWay
from models.run.plan import Plan

_ESTIMATES = 3
"""How many times as long as estimated an import may take, where the user sets no limit."""
_HASH = re.compile(r"(?:[0-9A-Fa-f]{64}){1,2}")
_EXAMPLES = (
    Example("imaging import disk.qcow2 --plan", "what it is, what would be made of it, how large, how long"),
    Example(
        "imaging import disk.qcow2 --name debian-12-lab --description 'Debian 12 with the lab tools, from VMware'",
        "inspect, convert, upload, compare, test; ctrl+c leaves it running",
    ),
    Example("imaging import export.ova --name N --description T --work-dir /var/tmp", "convert where there is room"),
    Example("imaging import https://HOST/disk.qcow2 --sha256 HASH --name N --description T", "from a URL, compared"),
    Example("imaging import parts/ --name N --description T --yes", "a directory with the pieces of one file"),
)


@click.command(name="import", cls=CommandWithExamples, examples=_EXAMPLES)
@click.argument("file")
@import_options
@FORMAT_OPTION
@work_dir_option("Where FILE is unpacked and converted if it must be; beside FILE by default.")
@click.option("--sha256", "--sha512", "promised", metavar="HASH", default="", help="FILE must have this hash.")
@click.option(
    "--method",
    type=click.Choice([way.value for way in SendingWay]),
    default=SendingWay.UPLOAD.value,
    show_default=True,
    help="How the bytes get there; some clouds convert what comes by glance-direct; by web-download the cloud fetches "
    "a URL, whose file is inspected here and must be the same there.",
)
@PLAN_OPTION
@YES_OPTION
@everywhere
@reporting()
def command(invocation: Invocation, file: str, *, plan_only: bool, yes: bool, **options: Any) -> int:
    """Make an image of a disk image file, compare it with the file, and prove that it boots.

    FILE is a disk image (RAW, QCOW2, VMDK, VDI, VHD, VHDX), also packed (gzip, xz, zstd, OVA), or a directory with the
    parts of one; or a URL (https, http), which is fetched to --work-dir first; - reads one from standard input.

    The file is inspected first, as `imaging inspect` does, and by the same rules: nothing is sent before. Then
    it is converted if the cloud wants another format, uploaded, and compared by size, hash and format. A small test
    instance is launched from the image, its console is read, and it is removed. All this runs in its own process:
    closing the terminal does not end it. The image is private until it has booted.

    The exit status is 0 only if the image booted and none of its checks and tests failed (or --no-test was given).
    """
    declared, work_dir, promised = (options.pop(name) for name in ("declared", "work_dir", "promised"))
    origin = _Origin(file, declared, work_dir, promised, SendingWay(options.pop("method")))
    choices = ImportOptions(**options)
    choices.refuse_contradictions()
    origin.refuse_contradictions()
    if not plan_only:
        session.refuse_read_only()
        require_confirmation(yes=yes, instead=", or use --plan to see only what would be done")
    return session.run(_import(invocation, origin, choices, plan_only=plan_only, yes=yes))


@dataclass(frozen=True)
class _Origin:
    """What the user said about the file."""

    file: str
    declared: str | None
    work_dir: Path | None
    promised: str
    way: SendingWay

    @property
    def is_url(self) -> bool:
        return self.file == "-" or is_url(self.file)

    def refuse_contradictions(self) -> None:
        if self.way is SendingWay.FETCHED and not self.is_url:
            raise UsageError("--method web-download needs a URL, which the cloud fetches.", remedy="Use upload.")
        if self.promised and not _HASH.fullmatch(self.promised):  # before hours of fetching or hashing
            raise UsageError("The hash is neither a SHA-256 (64 digits) nor a SHA-512 (128).")

    async def to_import(self, guidelines: Profile) -> FileToImport:
        """The file, inspected; fetched before, where a URL is named."""
        fetched, path = None, Path(self.file)
        if self.is_url:
            typed = self.file != "-"
            address = address_of(self.file if typed else sys.stdin.readline().strip())
            if self.way is SendingWay.FETCHED and address.has_secret:  # before hours of fetching
                raise UsageError(
                    "The cloud cannot fetch it: its address holds a login, or a query that may be one.",
                    meaning="Nothing was fetched or changed.",
                    remedy="Leave --method out: this machine fetches it.",
                )
            fetched = await fetched_file(address, self.work_dir or Path.cwd(), self.promised, typed=typed)
            path = fetched.path
        wanted = wanted_file(path, self.declared, self.work_dir)
        promised = "" if fetched is not None else self.promised  # which was compared when it came
        return await file_to_import(wanted, guidelines, way=self.way, promised_hash=promised, fetched=fetched)


async def _import(
    invocation: Invocation, origin: _Origin, choices: ImportOptions, *, plan_only: bool, yes: bool
) -> int:
    guidelines = session.profile(invocation)
    given = attestations(choices.attest, session.now()), waivers(choices.waive)  # refused before anything is asked
    asked = choices.work_request()
    # A URL may be fetched for hours: nothing waits for that.
    async with session.own_runs(starting=not plan_only and not origin.is_url) as runs:
        resolved = await session.resolve(invocation)  # which may ask for a password: nothing else writes meanwhile
        async with read_meanwhile(origin, guidelines) as file_read, session.logged_in_to(resolved) as here:
            asked |= await choices.following_request(here.cloud)
            file = await file_read()
            images = tuple([image async for page in here.cloud.images.images() for image in page])
            choices = with_texts(choices, file, guidelines, images, session.now().date(), draft=plan_only)
            request = (await choices.image_request(here.cloud, guidelines.name)).model_copy(
                update={
                    "attestations": given[0],
                    "waivers": given[1],
                    **asked,
                    "min_ram_mib": file.proposed.min_ram_mib or None if file.proposed is not None else None,
                }
            )
            plan = _within_time(await runs.plans.import_file(here.cloud, file, request, guidelines), choices)
        start = Start(plan, runs, here.resolved, guidelines, invocation.json, invocation.reports)
        return await print_or_carry_out(start, plan_only=plan_only, yes=yes)


class ToRead(Protocol):
    """What an import is made from."""

    @property
    def is_url(self) -> bool:
        """Whether it has to be fetched first."""

    async def to_import(self, guidelines: Profile) -> FileToImport:
        """The file, inspected."""


@asynccontextmanager
async def read_meanwhile(origin: ToRead, guidelines: Profile) -> AsyncIterator[Callable[[], Awaitable[FileToImport]]]:
    """Gives the file, inspected. One of this machine is read from now on; what a URL names is fetched when asked for.

    A login takes a while on a slow line, and a disk is read by another process. But nothing is fetched for hours for a
    request that the cloud refuses.
    """
    if origin.is_url:
        yield lambda: origin.to_import(guidelines)
        return
    reading = asyncio.ensure_future(origin.to_import(guidelines))
    try:
        yield lambda: reading
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


def _within_time(plan: Plan, choices: ImportOptions) -> Plan:
    """The plan with a time limit that its own estimate does not use up, where the user has set none."""
    if choices.timeout is not None:
        return plan
    seconds = max(USUAL_SECONDS, _ESTIMATES * plan.estimated_seconds)
    return plan.model_copy(update={"request": plan.request.model_copy(update={"timeout_seconds": seconds})})
