"""`imaging export`: a file of an image, compared with what the cloud stores, and described for other clouds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.inspection import guests
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.durations import Duration
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import PLAN_OPTION, YES_OPTION
from imaging.commands.options.run_request import attestations, waivers
from imaging.commands.options.things_named import image_named
from imaging.runs.plan.export.refusals import GATE
from imaging.runs.plan.export.wanted import FORMATS, WantedExport, refuse_wanted
from models.errors import UsageError
from models.image_file.image_format import ImageFormat
from models.run.request import RunRequest

_FOLDER = click.Path(file_okay=False, path_type=Path)
_EXAMPLES = (
    Example("imaging export db-07-v1 db-07-v1.raw --plan", "what would be done, and what keeps it from starting"),
    Example(
        "imaging export db-07-course db-07-course.qcow2 --format qcow2", "a sealed image, converted and compressed"
    ),
    Example(
        "imaging export db-07-v1 FILE --waive EXPORT='archive of the group, kept private' --yes",
        "one that is not sealed, or that nobody inspected: from a script, without questions",
    ),
)


@click.command(name="export", cls=CommandWithExamples, examples=_EXAMPLES)
@click.argument("image")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "wanted_format",
    type=click.Choice([each.value for each in FORMATS]),
    help="Convert to this format; by default the file is what the cloud stores. qcow2 is compressed.",
)
@click.option(
    "--work-dir",
    type=_FOLDER,
    metavar="FOLDER",
    help="Download to this folder what is then converted; beside FILE by default.",
)
@click.option("--attest", multiple=True, metavar="RULE", help="Confirm what a rule asks: EXPORT-LICENCES.")
@click.option(
    "--waive", multiple=True, metavar="RULE=WHY", help="Export it anyway: EXPORT=WHY; the reason goes into the report."
)
@click.option(
    "--timeout",
    type=Duration(),
    default="24h",
    show_default=True,
    metavar="TIME",
    help="Time limit for the whole run, such as 90m.",
)
@PLAN_OPTION
@YES_OPTION
@everywhere
def command(
    invocation: Invocation,
    image: str,
    file: Path,
    *,
    wanted_format: str | None,
    work_dir: Path | None,
    attest: tuple[str, ...],
    waive: tuple[str, ...],
    timeout: int,
    plan_only: bool,
    yes: bool,
) -> int:
    """Make a file of an image: compared, converted, inspected, described.

    IMAGE is a name or an id; it is only read. FILE is never written over. It gets its name once it is whole; beside it
    stand FILE.json (what another cloud needs to launch it), FILE.sha256 and FILE.report.md. All this runs in its own
    process: closing the terminal does not end it, and a download that was cut off continues.

    A file knows no project. An image that is not sealed, that nobody inspected, or that holds blockers needs a reason:
    --waive EXPORT=WHY. The exit status is 0 only if the file is whole.
    """
    wanted = WantedExport(file, ImageFormat(wanted_format) if wanted_format else None, work_dir)
    refuse_wanted(wanted)
    _refuse_others(waive, attest)
    if not plan_only:
        require_confirmation(yes=yes, instead=", or use --plan to see only what would be done")
    answers: dict[str, Any] = {"waivers": waive, "attestations": attest}
    answers["timeout"] = timeout
    return session.run(_export(invocation, image, wanted, answers, plan_only=plan_only, yes=yes))


def _refuse_others(waive: tuple[str, ...], attest: tuple[str, ...]) -> None:
    """One reason covers all, so that no other is taken."""
    for text in waive:
        rule = text.partition("=")[0].strip()
        if rule != GATE[0]:
            raise UsageError(
                "Only the rule EXPORT can be waived here: its reason covers all blockers.",
                meaning="Nothing was downloaded or changed.",
                remedy="Give it as --waive EXPORT=WHY.",
            )
    for rule in attest:
        if rule.strip() != GATE[1]:
            raise UsageError(
                "Only the rule EXPORT-LICENCES can be confirmed here.", meaning="Nothing was downloaded or changed."
            )


async def _export(
    invocation: Invocation,
    wanted_image: str,
    wanted: WantedExport,
    answers: dict[str, Any],
    *,
    plan_only: bool,
    yes: bool,
) -> int:
    guidelines = session.profile(invocation)
    request = RunRequest(
        profile=guidelines.name,
        timeout_seconds=answers["timeout"],
        test=False,
        waivers=waivers(answers["waivers"]),
        attestations=attestations(answers["attestations"], session.now()),
    )
    async with session.own_runs(starting=not plan_only) as runs:
        async with session.logged_in(invocation) as here:
            image = await image_named(here.cloud, wanted_image)
            guest = guests(here).stored(image.id)
            plan = await runs.plans.export(here.cloud, image.id, request, guidelines, wanted=wanted, guest=guest)
        start = Start(plan, runs, here.resolved, guidelines, invocation.json)
        return await print_or_carry_out(start, plan_only=plan_only, yes=yes)
