"""In which size and in which group each of a run's instances is launched."""

from __future__ import annotations

import pytest

from imaging.runs.ownership.made_things import BASE, TEST, TWIN, WORKS, MadeServer
from imaging.runs.steps.test_launch import choose_for, in_own_group
from imaging.runs.test_instance.launching import Place
from models.cloud.image import Image
from models.run.kind import RunKind
from models.works.test_file import TestFile, WorkTests
from tests.runs.steps.held_world import NET, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext

NEEDY = WorkTests(files=(TestFile(name="fits.sh", text="#!/bin/sh\nexit 0\n", needs_ram_mib=4000),))


async def chosen(ctx: MemoryContext, image: Image, made: MadeServer) -> str:
    request = ctx.run.plan.request.model_copy(update={"work_tests": NEEDY})
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": request}))
    return (await choose_for(ctx, image, made, counted=True)).flavors[0].name


@pytest.mark.parametrize(
    "kind, made, size",
    [
        (RunKind.CREATE, TEST, "m3.small"),
        (RunKind.CREATE, TWIN, "m3.small"),
        (RunKind.CREATE, BASE, "m3.tiny"),
        (RunKind.SEALED, TEST, "m3.tiny"),
        (RunKind.SEALED, WORKS, "m3.small"),
        (RunKind.SEALED, TWIN, "m3.small"),
    ],
)
async def test_only_those_that_run_the_users_tests_have_what_these_need(
    new_context: NewContext, base: Image, kind: RunKind, made: MadeServer, size: str
) -> None:
    assert await chosen(new_context(kind=kind), base, made) == size


@pytest.mark.parametrize("made, group", [(TEST, "imaging-run1"), (WORKS, "imaging-works-run1")])
async def test_each_has_a_group_of_its_own(ctx: MemoryContext, world: HeldWorld, made: MadeServer, group: str) -> None:
    place = await in_own_group(ctx, world.network, made)
    assert place == Place(NET, group, f"on {world.network.name}, own security group, no access")
    assert world.groups_of_runs == [group]
