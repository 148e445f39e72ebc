"""A console that starts says which test instances were kept for a while and should be gone by now."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from models.run.record import Owned, OwnedKind, RunState
from screens.dialogs.notice import NoticeScreen
from tests.screens.driving import NOWHERE, FrozenRuns, console
from tests.screens.samples import NOW, run

SERVER = Owned(kind=OwnedKind.SERVER, id="s-1", name="imaging-test-r1")


async def test_one_whose_time_is_over_is_named_with_what_removes_it(tmp_path: Path):
    kept = run(state=RunState.FAILED, owned=(SERVER,), kept_until=NOW - timedelta(days=3650))
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(kept)) as driver:
        await driver.sees("imaging-test-r1")
        assert isinstance(driver.app.screen, NoticeScreen)
        await driver.sees("imaging resume r1")


@pytest.mark.parametrize(
    "fields",
    [
        {"owned": (SERVER,)},
        {"owned": (SERVER,), "kept_until": NOW + timedelta(days=36500)},
        {"owned": (SERVER.model_copy(update={"removed": True}),), "kept_until": NOW - timedelta(days=3650)},
    ],
    ids=["never kept", "kept for now", "removed"],
)
async def test_nothing_is_said_of_others(tmp_path: Path, fields):
    async with console(tmp_path, cloud=NOWHERE, runs=FrozenRuns(run(state=RunState.FAILED, **fields))) as driver:
        await driver.app.workers.wait_for_complete()
        assert not isinstance(driver.app.screen, NoticeScreen)
