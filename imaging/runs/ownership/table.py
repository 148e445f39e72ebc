"""The table of all that a run removes, detaches, starts or changes, and by what it knows that this is its own.

`tests/runs/hostile` walks it: for every row and every pointer of it there is a test with a thing of somebody else that
points at the run in that way, and every call of the adapters that changes a cloud must stand in a row.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Pointer(StrEnum):
    """How a thing of somebody else can point at a run."""

    NAME = "its name"
    METADATA = "its metadata"
    PROPERTY = "a property of an image"
    ATTACHMENT = "being attached"
    AGE = "being like the run's own, but older"
    COPIED_CLAIM = "a copied claim"
    OLD_JOURNAL = "a state directory restored from a back-up"


class ActedOn(StrEnum):
    """What a run acts on other than by making something new."""

    IMAGE = "image"
    TEMPORARY_IMAGE = "temporary image"
    INTERIM_IMAGE = "interim image"
    SEALED_IMAGE = "image of a sealed clone"
    IMPORTED_IMAGE = "image of a file"
    OLDER_IMAGE = "older image that another follows"
    SERVER = "test instance"
    CLONE = "temporary clone"
    SECURITY_GROUP = "security group"
    OPEN_PORT = "port 22 of a security group"
    VOLUME = "volume of a test instance"
    VOLUME_SNAPSHOT = "volume snapshot"
    CLAIM = "claim"
    LOCK = "lock"
    DETACHING = "detaching a volume"
    ATTACHING = "attaching a volume"
    POWER = "stop and start"
    IMAGE_NOTES = "notes on an image, its visibility and members"


@dataclass(frozen=True)
class OursRule:
    """By what a run knows that it may act on something."""

    kind: ActedOn
    calls: tuple[str, ...]
    """The calls of `imaging.cloud.interface` by which it acts, as `service.call`."""
    pointers: tuple[Pointer, ...]
    """How something else can look like it."""
    proof: str
    """What must hold."""


MAKING = frozenset(
    {
        *("compute.create_image", "compute.launch", "networking.create_security_group"),
        "image_bytes.make_record",
    }
)
"""Calls that only make something new; what they made is found again by the rules below."""

TABLE: tuple[OursRule, ...] = (
    OursRule(
        ActedOn.IMAGE,
        ("images.delete_image",),
        (Pointer.NAME, Pointer.PROPERTY, Pointer.AGE),
        "its id in the journal; else run id, source, name and project fit, it is not older than the run, it is the "
        "oldest such, and of an image-backed source Nova says which instance it was made from and by whom",
    ),
    OursRule(
        ActedOn.TEMPORARY_IMAGE,
        ("images.delete_image",),
        (Pointer.NAME, Pointer.PROPERTY, Pointer.AGE, Pointer.OLD_JOURNAL),
        "as an image, with a name that holds the run's id; and nobody has published it",
    ),
    OursRule(
        ActedOn.INTERIM_IMAGE,
        ("images.delete_image",),
        (Pointer.NAME, Pointer.PROPERTY, Pointer.AGE),
        "as a temporary image, and its role says that it is an interim one",
    ),
    OursRule(
        ActedOn.SEALED_IMAGE,
        ("images.delete_image",),
        (Pointer.NAME, Pointer.PROPERTY),
        "as an image, but made of the clone that the journal names last, and its role says that it is the sealed one",
    ),
    OursRule(
        ActedOn.IMPORTED_IMAGE,
        (
            *("images.delete_image", "image_bytes.upload", "image_bytes.stage"),
            *("image_bytes.import_staged", "image_bytes.import_url"),
        ),
        (Pointer.NAME, Pointer.PROPERTY),
        "its id in the journal, which the run itself chose before the cloud heard of it; nothing else counts",
    ),
    OursRule(
        ActedOn.OLDER_IMAGE,
        ("images.delete_older_image",),
        (Pointer.NAME, Pointer.PROPERTY),
        "never by a run: by its id, which the user named, and its typed name; of this project, unprotected, private "
        "and never published as far as can be seen, in use by no instance here, linked both ways with an image that is "
        "noted to work, all of it about their own ids and read again just before",
    ),
    OursRule(
        ActedOn.SERVER,
        ("compute.delete_instance",),
        (Pointer.NAME, Pointer.METADATA, Pointer.AGE, Pointer.COPIED_CLAIM, Pointer.OLD_JOURNAL),
        "no run is or was about it and it carries no claim; its id in the journal, else role, run id, name, user and "
        "project fit and it is not older than the run; no volume of somebody else would be deleted with it",
    ),
    OursRule(
        ActedOn.CLONE,
        ("compute.delete_instance", "compute.stop"),
        (Pointer.NAME, Pointer.METADATA, Pointer.AGE, Pointer.COPIED_CLAIM),
        "as a test instance, with a name and a role of its own; only one that the journal names is stopped and imaged",
    ),
    OursRule(
        ActedOn.SECURITY_GROUP,
        ("networking.delete_security_group", "networking.close_security_group"),
        (Pointer.NAME, Pointer.AGE, Pointer.ATTACHMENT),
        "its id in the journal, else name, description, project and age fit and it lets nothing in; no port but those "
        "of our test instances uses it, and no rule of another group names it",
    ),
    OursRule(
        ActedOn.OPEN_PORT,
        ("networking.open_ssh_port",),
        (Pointer.NAME,),
        "the group's id in the journal, of the instance whose checks failed and that is to be kept; one address alone",
    ),
    OursRule(
        ActedOn.VOLUME,
        ("volumes.delete_volume", "compute.keep_volume"),
        (Pointer.ATTACHMENT, Pointer.AGE, Pointer.PROPERTY, Pointer.COPIED_CLAIM, Pointer.OLD_JOURNAL),
        "attached to our test instance before that was up (seen so, or by Cinder's time at a device of the image), "
        "made from a snapshot of the image after the launch by us, in no claim, and attached to nothing else",
    ),
    OursRule(
        ActedOn.VOLUME_SNAPSHOT,
        ("volumes.delete_snapshot",),
        (Pointer.NAME, Pointer.PROPERTY, Pointer.AGE),
        "named as Nova names those of our image, of a volume of the source, not older than the run, and no other image "
        "refers to it",
    ),
    OursRule(
        ActedOn.CLAIM,
        ("compute.set_metadata", "compute.delete_metadata"),
        (Pointer.NAME, Pointer.COPIED_CLAIM, Pointer.OLD_JOURNAL),
        "the whole run id, and the instance that its head names is the one that carries it",
    ),
    OursRule(
        ActedOn.LOCK,
        ("compute.lock", "compute.unlock"),
        (Pointer.NAME, Pointer.OLD_JOURNAL),
        "its reason names the run, or it is the one that the claim describes; and nobody changed it while no runner "
        "watched",
    ),
    OursRule(
        ActedOn.DETACHING,
        ("compute.detach_volume",),
        (Pointer.ATTACHMENT, Pointer.COPIED_CLAIM),
        "the claim names the volume, and the claim in the metadata is the journal's",
    ),
    OursRule(
        ActedOn.ATTACHING,
        ("compute.attach_volume",),
        (Pointer.COPIED_CLAIM, Pointer.OLD_JOURNAL),
        "as for detaching; a claim that is gone is not made again where the instance was changed meanwhile",
    ),
    OursRule(
        ActedOn.POWER,
        ("compute.stop", "compute.start"),
        (Pointer.COPIED_CLAIM, Pointer.OLD_JOURNAL),
        "as for attaching",
    ),
    OursRule(
        ActedOn.IMAGE_NOTES,
        ("images.update_image", "images.add_member"),
        (Pointer.NAME, Pointer.PROPERTY),
        "the image's id in the journal, or the one that the user named to be verified, or to be followed",
    ),
)
