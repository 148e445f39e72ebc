"""What several rules ask of the facts: the images of an instance, and the image that is to be expected."""

from __future__ import annotations

from imaging.guidelines.instance.flavor_fit import expected_image
from imaging.guidelines.rule import UnreadError, need
from models.cloud.image import Image
from models.guidelines.facts import Fact, InstanceFacts

YES = frozenset({"yes", "true", "1", "on", "t", "y"})
"""What OpenStack reads as true in an image property."""
SOURCE_PROPERTY = "imaging.source"
"""Which instance a run made an image of; Nova itself sets instance_uuid, but only on image-backed ones."""


def finished_image(facts: InstanceFacts) -> Fact[Image] | None:
    """The image that a run made, once it is there."""
    return facts.image if facts.image is not None and facts.image.value is not None else None


def root_disk_gib(facts: InstanceFacts) -> int | None:
    """Root disk of the instance's flavor: embedded by Nova from 2.47 on, else looked up by id; None if not told."""
    flavor = need(facts.instance).flavor
    if flavor.disk_gib is not None:
        return flavor.disk_gib
    return next((each.disk_gib for each in facts.flavors.value or () if flavor.id and each.id == flavor.id), None)


def image_to_launch(facts: InstanceFacts) -> Image:
    """The finished image, else what Nova will make of the instance, as far as a launch is concerned.

    Raises:
        UnreadError: the size of the root disk, or the base image with its demands, is not known.
    """
    made = finished_image(facts)
    if made is not None:
        return need(made)
    instance = need(facts.instance)
    if not facts.base_image.known:
        raise UnreadError(facts.base_image)
    disk_gib = root_disk_gib(facts)
    if disk_gib is None and not instance.volume_backed:
        raise UnreadError(Fact[int](unknown_because="the size of its flavor's root disk is not told"))
    expected = expected_image(instance, facts.base_image.value, disk_gib)
    least_mib = facts.request.min_ram_mib if facts.request else None
    return expected if least_mib is None else expected.model_copy(update={"min_ram_mib": least_mib})


def images_of(facts: InstanceFacts) -> tuple[Image, ...]:
    """The project's images that were made of this instance, newest first; in the making too.

    The image that shelving makes is left out: Nova deletes it again when the instance comes back.
    """
    instance = need(facts.instance)
    project_id = facts.login.value.identity.project_id if facts.login.value else instance.project_id
    own = (image for image in need(facts.images) if image.owner is None or image.owner == project_id)
    shelved = f"{instance.name}-shelved"
    found = [image for image in own if _source_of(image) == instance.id and image.name != shelved]
    return tuple(sorted(found, key=lambda image: image.created_at.timestamp() if image.created_at else 0, reverse=True))


def _source_of(image: Image) -> str | None:
    """The instance that an image was made of.

    Nova writes instance_uuid again on every image-backed snapshot, so it goes before our own property, which
    the snapshots of launched instances inherit.
    """
    return image.properties.get("instance_uuid") or image.properties.get(SOURCE_PROPERTY)


def asked_of_machines(facts: InstanceFacts, key: str) -> str | None:
    """As `image_property`; of an image file what its record says, empty where it has none.

    Raises:
        UnreadError: the image could not be read.
    """
    if facts.file is not None:
        return need(facts.file).properties.get(key, "").casefold()
    return image_property(facts, key)


def image_property(facts: InstanceFacts, key: str) -> str | None:
    """A property that machines of new instances are made by: of the finished image, else of the base image.

    Returns:
        Its value in small letters, empty if it is not set; None where no image is there to ask.

    Raises:
        UnreadError: the image could not be read.
    """
    fact = finished_image(facts) or facts.base_image
    if not fact.known:
        raise UnreadError(fact)
    return fact.value.properties.get(key, "").casefold() if fact.value is not None else None
