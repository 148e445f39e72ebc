"""What a run owns: the one place that decides whether it made something, and so whether it may be deleted.

An id in the journal decides alone. Before there is one, a run id in a property proves nothing by itself, for Nova
copies image properties into every later snapshot of every instance launched from it: see each function for what must
fit besides. Images and servers are here; `security_groups`, `volumes` and `table` have the rest.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from datetime import datetime, timedelta
from typing import Any

from imaging.runs.ownership.made_things import ROLE, RUN, SERVERS, MadeImage, MadeServer
from models import foreign
from models.cloud.image import MAPPING, MAPPING_BYTES, Image
from models.cloud.instance import Instance
from models.errors import ForeignValueError
from models.run.claim import CLAIM_PREFIX
from models.run.record import OwnedKind, OwnedRole, RunRecord
from models.text import one_line

ATTESTED = "imaging.attested"
"""The rules that the user attested; it counts only together with `ATTESTED_ABOUT`."""
ATTESTED_ABOUT = "imaging.attested.image"

NOT_YOUNGER = "it is not younger than the run"
HOSTS_APART = timedelta(seconds=10)
"""How far the clocks of one cloud's services may lie apart. This machine's does not count: a run notes their `Date`."""


def doubt_about_image(run: RunRecord, image: Image, made: MadeImage | None) -> str | None:
    """Why an image whose id is not in the journal is not the one that this run asked for; None if it is.

    An image inherits the properties of what its instance was launched from, the run id with them. So the time must
    fit, and what Nova itself writes of an image-backed instance: which one it was, and who asked.
    """
    properties, me = image.properties, run.identity
    if made is None or not made.properties(run).items() <= properties.items():
        return "its properties do not name this run and its instance"
    # V7: Nova itself writes which instance and which user, over what was inherited.
    told = made.is_told
    return first_doubt(
        (image.name != one_line(made.name), "this run asked for another name"),
        # G3: public images of other projects are in the list too.
        (image.owner not in {None, me.project_id}, "it belongs to another project"),
        (told and properties.get("instance_uuid") != made.source_id, "it was made from another instance"),
        (told and properties.get("user_id", me.user_id) != me.user_id, "somebody else made it"),
        (not is_made_during(run, image.created_at), NOT_YOUNGER),
    )


def images_of_run(run: RunRecord, images: Iterable[Image], made: MadeImage | None) -> tuple[Image, ...]:
    """The images that this run asked for, the oldest first: the first is the run's image, the rest are surplus.

    A descendant that carries our properties can only be younger than our own image.
    """
    found = [image for image in images if doubt_about_image(run, image, made) is None]
    # The id settles a tie, so that every runner of this run takes the same one for the first.
    return tuple(sorted(found, key=lambda image: (_age_key(image.created_at), image.id)))


def temporary_images(run: RunRecord, images: Iterable[Image], made: MadeImage) -> tuple[Image, ...]:
    """All images that a run asked for only to remove them again; their names hold the run's id."""
    known = owned_ids(run, OwnedKind.IMAGE, role=made.owned)
    listed = tuple(images)
    fitting = {image.id for image in images_of_run(run, listed, made)}
    return tuple(image for image in listed if image.id in known or image.id in fitting)


def surplus_images(run: RunRecord, images: Iterable[Image], made: MadeImage) -> tuple[Image, ...]:
    """The images that a repeated request made beside the one in the journal.

    Only those count that Nova itself says were made from our source: what else carries our properties may be a
    stranger's copy.
    """
    known_id = made.known_id(run)
    return tuple(
        image
        for image in images_of_run(run, images, made)
        if image.id != known_id and image.properties.get("instance_uuid") == made.source_id
    )


def doubt_about_server(run: RunRecord, instance: Instance, claimed: Container[str] = ()) -> str | None:
    """Why an instance is not one that this run launched; None if it is.

    Args:
        run: the run.
        instance: as the cloud shows it now.
        claimed: the ids of all instances that a run of this journal is about.
    """
    taken = first_doubt(
        (instance.id in _sources(run) or instance.id in claimed, "a run is, or was, about it"),
        (any(key.startswith(CLAIM_PREFIX) for key in instance.metadata), "its metadata hold the claim of a run"),
    )
    # Before the journal is believed: one restored from a back-up may name an instance that is a source by now.
    if taken or instance.id in owned_ids(run, OwnedKind.SERVER):
        return taken
    me, made = run.identity, server_of_run(run, instance)
    roles = {each.role for each in SERVERS}
    named = instance.metadata.get(ROLE) in roles and instance.metadata.get(RUN) == run.id
    return first_doubt(
        (not named, "its metadata do not name it a test instance of this run"),
        # Metadata is written by anybody in the project; who launched it is written by Nova alone.
        (instance.user_id != me.user_id, "somebody else launched it"),
        (instance.project_id not in {None, me.project_id}, "it belongs to another project"),
        (made is None, "this run gives another name"),
        (not is_made_during(run, instance.created_at), NOT_YOUNGER),
    )


def server_of_run(run: RunRecord, instance: Instance) -> MadeServer | None:
    """As what a run would have launched an instance, by the name and the role that it shows; None for no such."""
    fitting = (made for made in SERVERS if instance.name == made.name(run))
    return next((made for made in fitting if instance.metadata.get(ROLE) == made.role), None)


def _sources(run: RunRecord) -> set[str | None]:
    return {run.instance_id, run.claim.instance_id if run.claim else None}


def block_devices(image: Image) -> tuple[dict[str, Any], ...]:
    """What a volume-backed image says about its disks.

    Its `block_device_mapping` is a JSON string that anybody can write who has rights on the image.
    """
    return tuple(entry for entry in _mapping(image) or () if isinstance(entry, dict))


def has_unreadable_disks(image: Image) -> bool:
    """Whether an image names disks in a form that we cannot read, but Nova perhaps can."""
    mapping = _mapping(image)
    return mapping is None or not all(isinstance(entry, dict) for entry in mapping)


def _mapping(image: Image) -> list[Any] | None:
    try:
        # V9: a JSON string inside the JSON of the image.
        mapping = foreign.document(image.properties.get(MAPPING) or "[]", max_bytes=MAPPING_BYTES)
    except ForeignValueError:
        return None
    return mapping if isinstance(mapping, list) else None


def snapshot_ids(image: Image) -> tuple[str, ...]:
    """The volume snapshots that a volume-backed image refers to."""
    return _texts(entry.get("snapshot_id") for entry in block_devices(image))


def existing_volume_ids(image: Image) -> tuple[str, ...]:
    """The volumes that an image would have attached as they are: Nova makes no such image, but anybody can write one.

    With their flag set Nova would delete them together with the instance.
    """
    named = (
        entry.get("volume_id") or (entry.get("uuid") if entry.get("source_type") == "volume" else None)
        for entry in block_devices(image)
    )
    return _texts(named)


def _texts(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(shown for value in values if isinstance(value, str) and (shown := one_line(value)))


def owned_ids(
    run: RunRecord, kind: OwnedKind, *, removed: bool | None = None, role: OwnedRole | None = None
) -> tuple[str, ...]:
    """The ids of one kind in the journal; with `removed`, only those that are, or are not, removed; with `role` too."""
    return tuple(
        owned.id
        for owned in run.owned
        if owned.kind is kind and (removed is None or owned.removed is removed) and (role is None or owned.role is role)
    )


def first_doubt(*doubts: tuple[bool, str]) -> str | None:
    """The first reason whose condition holds; None if none does."""
    return next((reason for holds, reason in doubts if holds), None)


def is_made_during(run: RunRecord, created_at: datetime | None) -> bool:
    """Whether the cloud made something after the run began. Unknown is no: nothing is owned by a guess."""
    # V24: descendants and copies carry our properties; what is older than the run cannot be its own.
    return created_at is not None and run.began_at is not None and created_at >= run.began_at - HOSTS_APART


def _age_key(created_at: datetime | None) -> float:
    return created_at.timestamp() if created_at else float("inf")
