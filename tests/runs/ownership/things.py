"""Things that a run made, each of which fits in all that the cloud says about it; tests change one field."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from imaging.runs.ownership.security_groups import group_description
from models.cloud.image import Image
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.login import CloudIdentity, Login
from models.cloud.network import SecurityGroup
from models.cloud.volume import Volume, VolumeSnapshot, VolumeUse
from models.run.kind import RunKind
from models.run.plan import Plan
from models.run.record import RunRecord, RunState
from models.run.request import RunRequest

BEGAN = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
ME = CloudIdentity(cloud="demo", auth_url="http://cloud/identity", project_id="p-1", user_id="u-1")
SOURCE = Instance(id="source-1", name="db-07", status="ACTIVE")
ON_A_VOLUME = SOURCE.model_copy(update={"volume_backed": True})
ROOT_SNAPSHOT = '[{"snapshot_id": "snap-1", "device_name": "/dev/vda"}]'


def seconds(number: float) -> datetime:
    """So many seconds after the run began."""
    return BEGAN + timedelta(seconds=number)


def run_of(source: Instance | None = SOURCE, kind: RunKind = RunKind.CREATE, **fields: Any) -> RunRecord:
    plan = Plan(
        kind=kind, request=RunRequest(name="lidar tools"), login=Login(identity=ME), source=source, made_at=BEGAN
    )
    record = RunRecord(
        id="r1",
        kind=kind,
        state=RunState.RUNNING,
        identity=ME,
        host="login1",
        created_at=BEGAN,
        updated_at=BEGAN,
        began_at=BEGAN,
        plan=plan,
        steps=(),
    )
    return record.model_copy(update=fields)


def image(image_id: str = "image-1", *, properties: dict[str, str | None] | None = None, **fields: Any) -> Image:
    """The image of the run; a property that is None is not there."""
    told: dict[str, str | None] = {
        "imaging.run": "r1",
        "imaging.source": "source-1",
        "instance_uuid": "source-1",
        "user_id": "u-1",
    }
    kept = {name: value for name, value in {**told, **(properties or {})}.items() if value is not None}
    mine = Image(id=image_id, name="lidar tools", status="active", owner="p-1", created_at=seconds(60), properties=kept)
    return mine.model_copy(update=fields)


def launched(*, metadata: dict[str, str] | None = None, **fields: Any) -> Instance:
    mine = Instance(
        id="server-1",
        name="imaging-test-r1",
        status="ACTIVE",
        user_id="u-1",
        project_id="p-1",
        created_at=seconds(120),
        launched_at=seconds(150),
        metadata={"imaging.run": "r1", "imaging.role": "test", **(metadata or {})},
    )
    return mine.model_copy(update=fields)


def group(**fields: Any) -> SecurityGroup:
    mine = SecurityGroup(
        id="group-1",
        name="imaging-r1",
        description=group_description(run_of()),
        project_id="p-1",
        created_at=seconds(100),
    )
    return mine.model_copy(update=fields)


def snapshot(**fields: Any) -> VolumeSnapshot:
    mine = VolumeSnapshot(
        id="snap-1",
        name="snapshot for lidar tools",
        status="available",
        volume_id="root-1",
        created_at=seconds(50),
    )
    return mine.model_copy(update=fields)


def volume(**fields: Any) -> Volume:
    """The root volume that came with the test instance."""
    mine = Volume(
        id="volume-1",
        name="",
        status="in-use",
        snapshot_id="snap-1",
        user_id="u-1",
        created_at=seconds(125),
        uses=(VolumeUse(server_id="server-1", device="/dev/vda", attached_at=seconds(140)),),
    )
    return mine.model_copy(update=fields)


def attachment(**fields: Any) -> VolumeAttachment:
    return VolumeAttachment(volume_id="volume-1", device="/dev/vda").model_copy(update=fields)
