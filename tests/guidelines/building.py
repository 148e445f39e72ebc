"""Facts for the rules: a healthy instance of the demonstration project, changed piece by piece."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from unittest.mock import patch

from imaging.guidelines import checklist
from imaging.guidelines.catalogue import RULES
from imaging.guidelines.profiles import load_profile
from models.cloud.flavor import Flavor
from models.cloud.image import Image
from models.cloud.instance import Instance, InstanceFlavor, VolumeAttachment
from models.cloud.login import CloudIdentity, Login
from models.cloud.quota import Limit, Quota
from models.cloud.volume import Volume
from models.findings import Finding
from models.guidelines.facts import Fact, InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import RunRequest
from tests.support.known import fact_of

NOW = datetime(2026, 11, 1, 14, 0, tzinfo=UTC)
PROJECT = "astro"
YOU = "alice"


def flavor(name: str, vcpus: int, ram_gib: int, disk_gib: int, **other: Any) -> Flavor:
    return Flavor(id=name, name=name, vcpus=vcpus, ram_mib=ram_gib * 1024, disk_gib=disk_gib, **other)


FLAVORS = (
    flavor("m3.tiny", 1, 3, 20),
    flavor("m3.small", 2, 6, 20),
    flavor("m3.quad", 4, 15, 20),
    flavor("m3.medium", 8, 30, 60),
    flavor("g3.small", 4, 15, 60, extra_specs={"resources:VGPU": "1"}),
    flavor("b1.small", 1, 2, 0),
)

BASE = Image(
    id="b" * 8,
    name="Featured-Ubuntu24",
    status="active",
    visibility="public",
    owner="staff",
    min_disk_gib=10,
    size_bytes=8 * 1024**3,
    disk_format="raw",
    properties={"os_distro": "ubuntu", "os_version": "24.04", "description": "Ubuntu 24.04, updated weekly"},
)

SOURCE = Instance(
    id="db-07-id",
    name="db-07",
    status="ACTIVE",
    vm_state="active",
    locked=False,
    image_id=BASE.id,
    flavor=InstanceFlavor(name="m3.quad", vcpus=4, ram_mib=15 * 1024, disk_gib=20, ephemeral_gib=0, swap_mib=0),
    user_id=YOU,
    project_id=PROJECT,
)

LOGIN = Login(
    identity=CloudIdentity(cloud="demo", auth_url="http://demo/identity", project_id=PROJECT, user_id=YOU),
    token_expires_at=NOW + timedelta(hours=12),
)

ROOMY = Quota(
    instances=Limit(used=3, maximum=10),
    cores=Limit(used=8, maximum=150),
    ram_mib=Limit(used=30_000, maximum=585_000),
    metadata_items=128,
    volumes=Limit(used=2, maximum=10),
    volume_gib=Limit(used=30, maximum=1000),
    volume_snapshots=Limit(used=0, maximum=10),
    images=Limit(used=1, maximum=100),
    image_size_mib=Limit(used=10_000, maximum=1_000_000),
)

PGDATA = Volume(id="pgdata-id", name="pgdata", status="in-use", size_gib=10)
SCRATCH = Volume(id="scratch-id", name="scratch", status="in-use", size_gib=5)


def attached(volume: Volume | str, device: str | None = None, **other: Any) -> VolumeAttachment:
    return VolumeAttachment(volume_id=volume if isinstance(volume, str) else volume.id, device=device, **other)


def request(**wanted: Any) -> RunRequest:
    """A request that keeps every rule, with what is given instead."""
    text = "Featured-Ubuntu24 plus PostgreSQL 16 and PostGIS, tuned for sky surveys of the group."
    return RunRequest(**{"name": "sky-survey-20261101", "description": text, **wanted})


def unread(kind: type, why: str = "HTTP 503") -> Any:
    return fact_of(kind)(unknown_because=why)


def facts(**changed: Any) -> InstanceFacts:
    """Facts about a healthy running instance without volumes; plain values are wrapped as facts read now."""
    values: dict[str, Any] = {
        "instance": SOURCE,
        "attachments": (),
        "volumes": (),
        "base_image": BASE,
        "images": (BASE,),
        "flavors": FLAVORS,
        "quota": ROOMY,
        "login": LOGIN,
        "request": request(),
        "now": NOW,
        **changed,
    }
    read = {}
    for field, value in values.items():
        if field in {"request", "now", "verdicts", "has_cinder", "active_run"} or isinstance(value, Fact):
            read[field] = value
        else:
            read[field] = {"value": value, "read_at": NOW}
    return InstanceFacts.model_validate(read)


def instance(**changed: Any) -> Instance:
    return SOURCE.model_copy(update=changed)


def image(**changed: Any) -> Image:
    return BASE.model_copy(update=changed)


_shipped = cache(load_profile)


def profile(name: str = "jetstream", **changed: Any) -> Profile:
    return _shipped(name).model_copy(update=changed)


def finding(rule: str, *, of: Profile | None = None, **changed: Any) -> Finding:
    """One rule's finding as the checklist shows it, without the work of all the others."""
    with patch.object(checklist, "RULES", tuple(each for each in RULES if each.id == rule)):
        return checklist.judge(facts(**changed), of or profile()).of(rule)
