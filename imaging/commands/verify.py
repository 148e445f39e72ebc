"""`imaging verify`: the test launch of an image that is there already."""

from __future__ import annotations

from typing import Any

import click

from imaging.commands import session
from imaging.commands.choosing import image_named
from imaging.commands.invocation import Invocation, everywhere
from imaging.commands.requesting import LaunchOptions, launch_options
from imaging.commands.starting import Start, carry_out, print_plan
from imaging.commands.teaching import Example, TeachingCommand
from models.request import RunRequest


@click.command(
    name="verify",
    cls=TeachingCommand,
    examples=(
        Example("imaging verify db-07-v1", "launch the smallest instance that fits, and read whether it came up"),
        Example("imaging verify db-07-v1 --plan", "only what would be done"),
        Example(
            "imaging verify IMAGE --network private --flavor m3.small --json", "where and in which size, for a script"
        ),
    ),
)
@click.argument("image")
@launch_options
@click.option("--plan", "plan_only", is_flag=True, help="Only print what would be done, and how to do it by hand.")
@everywhere
def command(said: Invocation, image: str, plan_only: bool, **options: Any) -> int:
    """Prove that an image boots: the test launch alone.

    IMAGE is a name or an id. A small test instance is launched from it, its console is read, and it is removed again.
    No other instance is touched.
    """
    if not plan_only:
        session.refuse_read_only()
    return session.run(_verify(said, image, LaunchOptions(**options), plan_only=plan_only))


async def _verify(said: Invocation, wanted: str, wish: LaunchOptions, *, plan_only: bool) -> int:
    guidelines = session.profile(said)
    async with session.own_runs() as runs:
        async with session.logged_in(said) as here:
            image = await image_named(here.cloud, wanted)
            request = RunRequest(
                name=image.name,
                profile=guidelines.name,
                network_id=await wish.network_id(here.cloud),
                flavor_id=await wish.flavor_id(here.cloud),
                keep_test=wish.keep_test,
                timeout_seconds=wish.timeout,
            )
            plan = await runs.plan_verification(here.cloud, image.id, request, guidelines)
        if plan_only:
            return print_plan(plan, json=said.json)
        return await carry_out(Start(plan, runs, here.resolved, guidelines, said.json), yes=True)
