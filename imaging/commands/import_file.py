"""`imaging import`: an image made of a file, compared with it, and tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.file_import import file_to_import, with_texts
from imaging.commands.flow.image_file import WantedFile, wanted_file
from imaging.commands.flow.start import Start, carry_out, print_plan
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.run_request import USUAL_SECONDS, ImportOptions, attestations, import_options, waivers
from models.guidelines.profile import Profile
from models.image_file.image_format import ImageFormat
from models.run.file_plan import SendingWay
from models.run.plan import Plan
from models.run.request import RunRequest

_ESTIMATES = 3
"""How many times as long as estimated an import may take, where the user sets no limit."""
_EXAMPLES = (
    Example("imaging import disk.qcow2 --plan", "what it is, what would be made of it, how large, how long"),
    Example(
        "imaging import disk.qcow2 --name debian-12-lab --description 'Debian 12 with the lab tools, from VMware'",
        "inspect, convert, upload, compare, test; ctrl+c leaves it running",
    ),
    Example("imaging import export.ova --name N --description T --work-dir /var/tmp", "convert where there is room"),
    Example("imaging import parts/ --name N --description T --yes", "a directory with the pieces of one file"),
)


@click.command(name="import", cls=CommandWithExamples, examples=_EXAMPLES)
@click.argument("file", type=click.Path(path_type=Path))
@import_options
@click.option(
    "--format",
    "declared",
    type=click.Choice([kind.value for kind in ImageFormat]),
    help="What FILE is said to be; without it its content tells.",
)
@click.option(
    "--work-dir",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False, exists=True, writable=True),
    help="Where FILE is unpacked and converted if it must be; beside FILE by default.",
)
@click.option("--sha256", metavar="HASH", default="", help="FILE must have this SHA-256.")
@click.option(
    "--method",
    type=click.Choice([SendingWay.UPLOAD.value, SendingWay.STAGED.value]),
    default=SendingWay.UPLOAD.value,
    show_default=True,
    help="How the bytes are sent; some clouds convert what comes by glance-direct.",
)
@click.option(
    "--plan", "plan_only", is_flag=True, help="Only print what would be done, with the commands to do it by hand."
)
@click.option("--yes", is_flag=True, help="Agree to the plan beforehand; this does not stand for --attest or --waive.")
@everywhere
def command(invocation: Invocation, file: Path, *, plan_only: bool, yes: bool, **options: Any) -> int:
    """Make an image of a disk image file, compare it with the file, and prove that it boots.

    FILE is a disk image (RAW, QCOW2, VMDK, VDI, VHD, VHDX), also packed (gzip, xz, zstd, OVA), or a directory with the
    parts of one. It is inspected first, as `imaging inspect` does, and by the same rules: nothing is sent before. Then
    it is converted if the cloud wants another format, uploaded, and compared by size, hash and format. A small test
    instance is launched from the image, its console is read, and it is removed. All this runs in its own process:
    closing the terminal does not end it. The image is private until it has booted.

    The exit status is 0 only if the image booted (or --no-test was given).
    """
    wanted = wanted_file(file, options.pop("declared"), options.pop("work_dir"))
    promised, way = options.pop("sha256"), SendingWay(options.pop("method"))
    choices = ImportOptions(**options)
    choices.refuse_contradictions()
    if not plan_only:
        session.refuse_read_only()
        require_confirmation(yes=yes, instead=", or use --plan to see only what would be done")
    return session.run(
        _import(invocation, wanted, choices, promised=promised, way=way, plan_only=plan_only, yes=yes),
    )


async def _import(
    invocation: Invocation,
    wanted: WantedFile,
    choices: ImportOptions,
    *,
    promised: str,
    way: SendingWay,
    plan_only: bool,
    yes: bool,
) -> int:
    guidelines = session.profile(invocation)
    given = attestations(choices.attest, session.now()), waivers(choices.waive)  # refused before anything is asked
    async with session.own_runs() as runs:
        async with session.logged_in(invocation) as here:
            file = await file_to_import(wanted, guidelines, way=way, promised_hash=promised)
            images = tuple([image async for page in here.cloud.images.images() for image in page])
            choices = with_texts(choices, file, guidelines, images, session.now().date(), draft=plan_only)
            request = (await _request(here, choices, guidelines)).model_copy(
                update={"attestations": given[0], "waivers": given[1]}
            )
            plan = _within_time(await runs.plan_import(here.cloud, file, request, guidelines), choices)
        if plan_only:
            return print_plan(plan, json=invocation.json)
        return await carry_out(Start(plan, runs, here.resolved, guidelines, invocation.json), yes=yes)


def _within_time(plan: Plan, choices: ImportOptions) -> Plan:
    """The plan with a time limit that its own estimate does not use up, where the user has set none."""
    if choices.timeout is not None:
        return plan
    seconds = max(USUAL_SECONDS, _ESTIMATES * plan.estimated_seconds)
    return plan.model_copy(update={"request": plan.request.model_copy(update={"timeout_seconds": seconds})})


async def _request(here: session.Session, choices: ImportOptions, guidelines: Profile) -> RunRequest:
    """What the options ask for, but for attestations and waivers.

    Raises:
        UsageError: one of them names something that is not there.
    """
    return RunRequest(
        name=choices.name or "",
        description=choices.description or "",
        uninspected=choices.uninspected.strip(),
        profile=guidelines.name,
        visibility=choices.visibility,
        members=choices.member,
        publish_unverified=choices.publish_unverified is not None,
        network_id=await choices.network_id(here.cloud),
        flavor_id=await choices.flavor_id(here.cloud),
        test=not choices.no_test,
        keep_test=choices.keep_test,
        timeout_seconds=choices.timeout_seconds,
    )
