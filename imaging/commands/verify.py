"""`imaging verify`: the test launch of an image that is there already."""

from __future__ import annotations

from typing import Any

import click

from imaging.commands.flow import session
from imaging.commands.flow.agreement import require_confirmation
from imaging.commands.flow.start import Start, print_or_carry_out
from imaging.commands.options.command_group import CommandWithExamples, Example
from imaging.commands.options.invocation import Invocation, everywhere
from imaging.commands.options.planning import PLAN_OPTION
from imaging.commands.options.report_files import OF_VERIFICATIONS, reporting
from imaging.commands.options.run_options import launch_options
from imaging.commands.options.run_request import VerifyOptions
from imaging.commands.options.things_named import image_named
from models.run.request import RunRequest


@click.command(
    name="verify",
    cls=CommandWithExamples,
    examples=(
        Example("imaging verify db-07-v1", "launch the smallest instance that fits, and see if it boots"),
        Example("imaging verify db-07-v1 --test postgres.sh", "and see if your own test passes in it, in two boots"),
        Example("imaging verify db-07-v1 --list-base", "and tell what is installed beyond its base image"),
        Example("imaging verify db-07-v1 --plan", "only what would be done"),
        Example(
            "imaging verify IMAGE --network private --flavor m3.small --json", "choose network and flavor, for a script"
        ),
        Example("imaging verify IMAGE --report junit=imaging.xml", "every night in a pipeline, which reads the file"),
    ),
)
@click.argument("image")
@launch_options
@PLAN_OPTION
@click.option("--yes", is_flag=True, help="With --keep-failed: agree beforehand that its port 22 is opened.")
@everywhere
@reporting(OF_VERIFICATIONS)
def command(invocation: Invocation, image: str, *, plan_only: bool, yes: bool, **options: Any) -> int:
    """Prove that an image boots and works: only the test launch.

    IMAGE is a name or an id. A small test instance is launched from it, its console is read, and it is removed.
    No other instance is touched.

    It checks itself in two boots, for it restarts once: mounts, services, keys, name servers and more. Your own scripts
    run in both (--test FILE), and executables in /etc/imaging/tests.d of the image; exit status 0 is passed, 77
    skipped. Everybody in the project can read what they print, on the console of the test instance.

    The exit status is 0 only if the image booted, and works: yes.
    """
    choices = VerifyOptions(**options)
    agreed = yes or choices.keep_failed is None
    if not plan_only:
        session.refuse_read_only()
        require_confirmation(yes=agreed, instead=", or remove --keep-failed")
    return session.run(_verify(invocation, image, choices, plan_only=plan_only, yes=agreed))


async def _verify(invocation: Invocation, wanted: str, choices: VerifyOptions, *, plan_only: bool, yes: bool) -> int:
    guidelines = session.profile(invocation)
    asked = choices.work_request()  # refused before anything is asked of the cloud
    async with session.own_runs() as runs:
        async with session.logged_in(invocation) as here:
            image = await image_named(here.cloud, wanted)
            request = RunRequest(
                name=image.name,
                profile=guidelines.name,
                network_id=await choices.network_id(here.cloud),
                flavor_id=await choices.flavor_id(here.cloud),
                keep_test=choices.keep_test,
                list_base=choices.list_base,
                timeout_seconds=choices.timeout_seconds,
                allow_partly=choices.allow_partly,
            ).model_copy(update=asked)
            plan = await runs.plans.verification(here.cloud, image.id, request, guidelines)
        start = Start(plan, runs, here.resolved, guidelines, invocation.json, invocation.reports)
        return await print_or_carry_out(start, plan_only=plan_only, yes=yes)
