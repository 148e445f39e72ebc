"""A draft of the image's description, from what the API knows."""

from __future__ import annotations

from imaging.guidelines.root_volume import data_attachments
from imaging.guidelines.systems import system_of
from models.facts import InstanceFacts
from models.instance import Instance


def draft_description(facts: InstanceFacts) -> str:
    """What can be said of the image without asking: source, base image, system, size, and what is left out.

    What was installed and why is for the user to add; DESC-DELTA warns while nobody has.
    """
    instance = facts.instance.value
    if instance is None:
        return ""
    sentences = (
        f"Made from the instance {instance.name} on {facts.now:%Y-%m-%d}.",
        _base(facts),
        _size(instance),
        _left_out(facts, instance),
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _base(facts: InstanceFacts) -> str:
    image = facts.base_image.value
    if image is None:
        return ""
    system = system_of(image)
    pretty = f", {system.pretty}" if system else ""
    return f"Base image: {image.name} ({image.id}){pretty}."


def _size(instance: Instance) -> str:
    flavor = instance.flavor
    parts = [f"{flavor.vcpus} vCPU"] if flavor.vcpus else []
    parts += [f"{flavor.ram_mib / 1024:g} GiB RAM"] if flavor.ram_mib else []
    parts += [f"{flavor.disk_gib} GiB disk"] if flavor.disk_gib else []
    if not parts:
        return ""
    return f"Size of the source: {flavor.name or 'flavor'} ({', '.join(parts)})."


def _left_out(facts: InstanceFacts, instance: Instance) -> str:
    attachments = data_attachments(instance, facts.attachments.value or (), facts.volumes.value)
    names = {volume.id: volume.name for volume in facts.volumes.value or ()}
    volumes = ", ".join(names.get(each.volume_id) or each.volume_id for each in attachments)
    return f"Not included: volumes {volumes}." if volumes else ""
