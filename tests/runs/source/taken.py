"""What the tests of restoring stand on: a source that a run has taken, and what was found of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from imaging.runs.source.claim_keys import claim_keys, encode_claim
from models.run.claim import Claim, ClaimedVolume
from models.run.intent import IntentAction
from models.steps import StepName
from tests.runs.steps.held_world import DB, PGDATA, SCRATCH, HeldWorld
from tests.runs.steps.memory_context import MemoryContext

VOLUMES = (
    ClaimedVolume(id=PGDATA, order=0, device="/dev/vdb", delete_on_termination=False),
    ClaimedVolume(id=SCRATCH, order=1, device="/dev/vdc", delete_on_termination=True, tag="tmp"),
)
OURS = "imaging run run1 on login1; to restore it: imaging undo db-07"
UNLOCK, ATTACH, START = IntentAction.UNLOCK, IntentAction.ATTACH_VOLUME, IntentAction.START
RELEASE, LOCK_AGAIN, REWRITE = IntentAction.RELEASE_CLAIM, IntentAction.LOCK_AGAIN, IntentAction.REWRITE_CLAIM
BOTH = [(ATTACH, PGDATA), (ATTACH, SCRATCH)]


def take(ctx: MemoryContext, world: HeldWorld, *, lock: str | None = OURS, **fields: Any) -> Claim:
    """The run has claimed, stopped and locked `db-07`, and taken its volumes off; as it was before is in the claim."""
    kept: dict[str, Any] = {"was_running": True, "was_locked": False, "volumes": VOLUMES, **fields}
    claim = Claim(run_id="run1", instance_id=DB, host="login1", claimed_at=world.clock.now(), **kept)
    world.db.metadata.update(encode_claim(claim))
    world.db.attachments.clear()
    world.set(vm_state="stopped", locked_by="owner" if lock else None, locked_reason=lock)
    for volume_id in (PGDATA, SCRATCH):
        world.set_volume(volume_id, "available")
    ctx.at(StepName.RESTORE).change(claim=claim)
    return claim


def forget(world: HeldWorld) -> None:
    """Somebody deletes the claim from the metadata."""
    for key in claim_keys(world.db.metadata, "run1"):
        del world.db.metadata[key]


def unwatched(ctx: MemoryContext, world: HeldWorld, *, seconds: float = 3600) -> None:
    """Nobody has watched the source for so long."""
    now = world.clock.now()
    ctx.unwatched = (now - timedelta(seconds=seconds), now + timedelta(seconds=1))
