"""What is ours: the one place that decides whether a run made something, and so whether it may be deleted.

An id in the journal decides alone. Before there is one, a run id in a property proves nothing by itself, for Nova
copies image properties into every later snapshot of every child: see each function for what must fit besides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from models.image import Image
from models.instance import Instance, VolumeAttachment
from models.network import SecurityGroup
from models.run import OwnedKind, RunKind, RunRecord
from models.volume import Volume, VolumeSnapshot

RUN = "imaging.run"
"""The run's id: as a property of the images and in the metadata of the servers that it makes."""
SOURCE = "imaging.source"
"""The id of the instance that an image was made from."""
ROLE = "imaging.role"
"""In the metadata of a server that a run made: `test`."""
TEST_ROLE = "test"
MARKER = "imaging.marker"
"""In the metadata of a test instance: the token that its user data prints."""
ATTESTED = "imaging.attested"
"""The rules that the user gave their word on; it counts only together with `ATTESTED_ABOUT`."""
ATTESTED_ABOUT = "imaging.attested.image"

_CLOCKS_APART = timedelta(days=1)
"""How far the cloud's clock may lie behind ours before something of ours would seem older than its run.

A machine that takes its local time for UTC is up to 14 hours off. Too little of this would leave a test instance behind
and ask for a second image after a lost answer; too much does no harm, for a run's id is drawn when the run begins.
"""


def images_of_run(run: RunRecord, images: Iterable[Image]) -> tuple[Image, ...]:
    """The images that this run asked for, the oldest first: the first is the run's image, the rest are surplus.

    Our run id and our source must fit, it must not be older than the run, and where Nova says which instance an
    image was made from (not for volume-backed ones), that must be our source: an image that somebody else made
    from a child of ours carries our properties but the child's `instance_uuid`.
    """
    source_id = run.instance_id
    found = [
        image
        for image in images
        if source_id is not None
        and image.properties.get(RUN) == run.id
        and image.properties.get(SOURCE) == source_id
        and image.properties.get("instance_uuid", source_id) == source_id
        and _made_during(run, image.created_at)
    ]
    return tuple(sorted(found, key=lambda image: (_age_key(image.created_at), image.id)))


def image_name(run: RunRecord) -> str:
    """The name of the run's image: what the user wants, or of a deep check's temporary one a name with the run's id."""
    return f"imaging-deep-{run.id}" if run.kind is RunKind.DEEP_CHECK else run.plan.request.name


def temporary_images(run: RunRecord, images: Iterable[Image]) -> tuple[Image, ...]:
    """All images that a deep check asked for, each of which goes again.

    Beside what fits a run's image, the name must hold the run's id: a stranger's image of our child inherits our
    properties, but not our name.
    """
    known = owned_ids(run, OwnedKind.IMAGE)
    fitting = {image.id for image in images_of_run(run, images) if image.name == image_name(run)}
    return tuple(image for image in images if image.id in known or image.id in fitting)


def temporary_snapshots(run: RunRecord, snapshots: Iterable[VolumeSnapshot]) -> tuple[VolumeSnapshot, ...]:
    """The volume snapshots of a deep check's image: by their ids in the journal, else by the name that Nova gave them.

    Nova makes the snapshots before the image that names them, so those of a request that failed half-way have only
    their name, which holds the run's id.
    """
    known, name = owned_ids(run, OwnedKind.VOLUME_SNAPSHOT), f"snapshot for {image_name(run)}"
    return tuple(each for each in snapshots if each.id in known or each.name == name)


def surplus_images(run: RunRecord, images: Iterable[Image]) -> tuple[Image, ...]:
    """The images that a repeated request made beside the one in the journal.

    Only those count that Nova itself says were made from our source: what else carries our properties may be a
    stranger's copy.
    """
    return tuple(
        image
        for image in images_of_run(run, images)
        if image.id != run.image_id and image.properties.get("instance_uuid") == run.instance_id
    )


def is_test_server(run: RunRecord, instance: Instance, *, protected: Iterable[str] = ()) -> bool:
    """Whether this run launched a server: by the journal, else by its metadata and age.

    Never the run's own source, never one that is named in a claim (`protected`).
    """
    if instance.id == run.instance_id or instance.id in set(protected):
        return False
    if run.claim is not None and instance.id == run.claim.instance_id:
        return False
    metadata = instance.metadata
    return (
        metadata.get(ROLE) == TEST_ROLE and metadata.get(RUN) == run.id and _made_during(run, instance.created_at)
    ) or instance.id in owned_ids(run, OwnedKind.SERVER)


def is_security_group(run: RunRecord, group: SecurityGroup) -> bool:
    """Whether this run made a security group: by its id in the journal, else by a name that holds the run's id."""
    return group.id in owned_ids(run, OwnedKind.SECURITY_GROUP) or group.name == group_name(run)


def group_name(run: RunRecord) -> str:
    """The name of the run's security group."""
    return f"imaging-{run.id}"


def server_name(run: RunRecord) -> str:
    """The name of the run's test instance."""
    return f"imaging-test-{run.id}"


def volumes_of_child(
    image: Image, attachments: Iterable[VolumeAttachment], volumes: Iterable[Volume]
) -> tuple[Volume, ...]:
    """The volumes that a test instance brought along: those that were made from the image's own snapshots.

    A volume that somebody attached to the test instance by hand is not among them.
    """
    attached = {attachment.volume_id for attachment in attachments}
    snapshots = set(snapshot_ids(image))
    return tuple(volume for volume in volumes if volume.id in attached and volume.snapshot_id in snapshots)


def snapshot_ids(image: Image) -> tuple[str, ...]:
    """The volume snapshots that a volume-backed image refers to: its `block_device_mapping` is a JSON string."""
    try:
        mapping = json.loads(image.properties.get("block_device_mapping") or "[]")
    except ValueError:
        return ()
    if not isinstance(mapping, list):
        return ()
    return tuple(str(entry["snapshot_id"]) for entry in mapping if isinstance(entry, dict) and entry.get("snapshot_id"))


def owned_ids(run: RunRecord, kind: OwnedKind, *, removed: bool | None = None) -> tuple[str, ...]:
    """The ids of one kind in the journal; with `removed`, only those that are, or are not, removed."""
    return tuple(
        owned.id for owned in run.owned if owned.kind is kind and (removed is None or owned.removed is removed)
    )


def _made_during(run: RunRecord, created_at: datetime | None) -> bool:
    return created_at is not None and created_at >= run.created_at - _CLOCKS_APART


def _age_key(created_at: datetime | None) -> float:
    return created_at.timestamp() if created_at else float("inf")
