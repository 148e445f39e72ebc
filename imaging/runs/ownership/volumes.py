"""Which volumes and volume snapshots are a run's own.

Volumes come with a test instance, snapshots with an image, and both are named by things that others can write: an
attachment, a property. So each must fit by what Nova and Cinder say about it themselves.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass

from imaging.runs.ownership.images_and_servers import (
    HOSTS_APART,
    NOT_YOUNGER,
    block_devices,
    first_doubt,
    is_made_during,
    owned_ids,
    snapshot_ids,
)
from imaging.runs.ownership.made_things import image_of_source
from models.cloud.image import Image
from models.cloud.instance import Instance, VolumeAttachment
from models.cloud.volume import IMAGE_SNAPSHOT_PREFIX, Volume, VolumeSnapshot
from models.run.record import OwnedKind, RunRecord
from models.text import one_line

_NOT_UP = frozenset({"BUILD", "ERROR"})


@dataclass(frozen=True)
class Brought:
    """A test instance with the image that it was launched from, as far as that says which volumes came along."""

    image: Image | None
    """None: it is gone, so that nothing tells what came along."""
    server: Instance
    """As it was read *after* its attachments."""
    claimed: Container[str]
    """The ids of all instances and volumes that a run is about, or has claimed."""

    @property
    def is_untouched(self) -> bool:
        """Whether nobody but Nova itself can have attached anything yet: until it is up Nova refuses that."""
        return self.server.launched_at is None and self.server.status in _NOT_UP


def doubt_about_volume(run: RunRecord, brought: Brought, attachment: VolumeAttachment, volume: Volume) -> str | None:
    """Why an attached volume did not come with the test instance, but was attached by somebody; None if it came."""
    # Before the journal is believed: a claim means that the volume is the user's.
    if volume.id in brought.claimed:
        return "a claim names it"
    if volume.id in owned_ids(run, OwnedKind.VOLUME):
        return None
    image, created, launched = brought.image, volume.created_at, brought.server.created_at
    # Nova and Cinder stamp these with the clocks of different hosts.
    younger = created is not None and launched is not None and created >= launched - HOSTS_APART
    came_along = brought.is_untouched or _was_there_from_the_start(brought, attachment, volume)
    return first_doubt(
        (image is None or volume.snapshot_id not in snapshot_ids(image), "it was not made from the image"),
        (volume.user_id not in {None, run.identity.user_id}, "somebody else made it"),
        (any(use.server_id != brought.server.id for use in volume.uses), "another instance uses it, too"),
        (not younger, "it is older than the test instance"),
        (not came_along, "it was attached after the test instance had come up"),
    )


def _was_there_from_the_start(brought: Brought, attachment: VolumeAttachment, volume: Volume) -> bool:
    launched = brought.server.launched_at
    attached = next((use.attached_at for use in volume.uses if use.server_id == brought.server.id), None)
    # Nova attaches the volumes of the image before it sets `launched_at`, and nobody else can until then.
    in_time = launched is not None and attached is not None and attached <= launched
    return in_time and brought.image is not None and attachment.device in mapped_devices(brought.image)


def mapped_devices(image: Image) -> frozenset[str]:
    """The devices at which volumes of an image can come along.

    Hypervisors name disks in their order without a gap, and ignore what the image calls them.
    """
    named = [str(entry["device_name"]) for entry in block_devices(image) if entry.get("device_name")]
    stems = {name[:-1] for name in named if name}
    # V27: libvirt ignores the device names that the image gives.
    letters = [chr(ord("a") + place) for place in range(min(len(block_devices(image)), 26))]
    return frozenset([*named, *(stem + letter for stem in stems for letter in letters)])


def snapshot_name(run: RunRecord) -> str:
    """The name that Nova gives the volume snapshots of the run's image."""
    made = image_of_source(run)
    return f"{IMAGE_SNAPSHOT_PREFIX}{made.name if made else run.plan.request.name}"


def doubt_about_snapshot(
    run: RunRecord, snapshot: VolumeSnapshot, source_volumes: Container[str], others: Iterable[Image] = ()
) -> str | None:
    """Why a volume snapshot was not made for the run's image; None if it was.

    Args:
        run: the run.
        snapshot: as Cinder shows it.
        source_volumes: the ids of the source's volumes.
        others: all other images, for what one of them refers to is not the run's.
    """
    if snapshot.id in owned_ids(run, OwnedKind.VOLUME_SNAPSHOT):
        return None
    # C3: the name is made of the image's name, which is not unique (G2); the volume is what tells.
    known = snapshot.volume_id is not None and snapshot.volume_id in source_volumes
    return first_doubt(
        (snapshot.name != one_line(snapshot_name(run)), "its name is not that of the image"),
        (not known, "it is of a volume that the instance does not have"),
        (not is_made_during(run, snapshot.created_at), NOT_YOUNGER),
        (any(snapshot.id in snapshot_ids(image) for image in others), "another image refers to it"),
    )
