"""Images and snapshots as a run makes them, put into the demonstration cloud."""

from __future__ import annotations

from typing import Any

from imaging.democloud.records.image import Image
from imaging.democloud.records.volume import Snapshot
from imaging.democloud.seed import names
from models.run.intent import IntentAction
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext

OURS = {"imaging.run": "run1", "imaging.source": DB, "instance_uuid": DB, "image_type": "snapshot"}


def add_image(world: HeldWorld, image_id: str = "image-1", name: str = "postgres", **fields: Any) -> Image:
    """The run's image, but for what is given."""
    own = {"user_id": names.user_id(), **OURS, **fields.pop("properties", {})}
    now = world.records.now()
    image = Image(image_id, name, names.project_id(), now, now, properties=own, status="active", size=1)
    for field, value in fields.items():
        setattr(image, field, value)
    world.records.images[image_id] = image
    return image


def add_snapshot(world: HeldWorld, snapshot_id: str, volume_id: str, **fields: Any) -> Snapshot:
    """A snapshot as Nova makes it for the run's image, but for what is given."""
    kept = {"name": "snapshot for postgres", "status": "available", **fields}
    mine = (names.project_id(), names.user_id(), world.records.now())
    name = kept.pop("name")
    world.records.snapshots[snapshot_id] = snapshot = Snapshot(snapshot_id, name, volume_id, 1, *mine, **kept)
    return snapshot


def naming(*snapshot_ids: str) -> dict[str, str]:
    """The property by which an image names its snapshots."""
    rows = ", ".join(f'{{"snapshot_id": "{each}", "device_name": "/dev/vda"}}' for each in snapshot_ids)
    return {"block_device_mapping": f"[{rows}]"}


def intended(ctx: MemoryContext) -> list[tuple[IntentAction, str]]:
    return [(intent.action, intent.target) for record in ctx.run.steps for intent in record.intents]
