"""How often a watcher asks: seldom while nothing happens, often where one thing follows the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from imaging.runs.run_watch import watch_run
from models.run.record import RunState
from tests.runs.engine.fakes import Stage
from tests.support.clock import ManualClock


class TurningClock(ManualClock):
    """Lets the run end once a watcher has slept so long."""

    def __init__(self, stage: Stage, run_id: str) -> None:
        super().__init__()
        self.ends_after = 0.0
        self._stage, self._run_id = stage, run_id

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        if sum(self.slept) >= self.ends_after:
            await self._stage.journal.request_change(self._run_id, lambda changes: changes.run(state=RunState.DONE))


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    return Stage(tmp_path, ManualClock())


async def test_a_watcher_asks_often_after_a_change_and_seldom_later(stage: Stage):
    run = await stage.new_run()
    clock = TurningClock(stage, run.id)
    clock.ends_after = 60.0
    states = [record.state async for record in watch_run(stage.journal, clock, run.id)]
    assert states == [RunState.PLANNED, RunState.DONE]
    quick = clock.slept.count(0.1)
    assert 19 <= quick <= 21
    assert set(clock.slept[quick:]) == {0.5}
    await stage.journal.close()
