"""What the tests of the engine share: the steps before the image, and a wish to cancel."""

from __future__ import annotations

from models.run.record import RunRecord
from tests.runs.engine.fakes import Stage

BEFORE_THE_IMAGE = ["check", "unlock", "claim", "stop", "detach volumes", "lock"]


async def cancel(stage: Stage, run: RunRecord) -> None:
    await stage.journal.request_change(run.id, lambda changes: changes.run(cancel_requested=True))
