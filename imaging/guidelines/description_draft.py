"""A draft of the image's description, from what the cloud and the guest tell."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none
from imaging.guidelines.instance.root_volume import data_attachments
from imaging.guidelines.instance.systems import system_of
from models.cloud.instance import Instance
from models.formatting import day
from models.guest.directories import Entry
from models.guest.packages import Package, Packages
from models.guidelines.facts import InstanceFacts
from models.text import cut
from models.works.inventory import PackageManager

_PACKAGES_NAMED = 8
_FOLDERS_NAMED = 6
_WORD_SHOWN = 60
"""Characters of a name: what the guest calls things is untrusted, and a description is read by people."""
_OF_PACKAGES_OWN = ("lib", "linux-image-", "linux-headers-", "linux-modules-", "kernel", "fonts-", "python3-")
"""How the names of packages begin that come along with others, and are named last."""


def draft_description(facts: InstanceFacts) -> str:
    """What can be said about the image without asking: source, base, system, what was added, size, what is left out.

    What it is for is for the user to add. What was added is known only after an inspection.
    """
    instance = facts.instance.value
    if instance is None:
        return ""
    return _joined(_made(facts, instance), _base(facts), _system(facts), difference(facts), _rest(facts, instance))


def without_difference(facts: InstanceFacts) -> str:
    """The draft without how the instance differs from its base: words that every image of it has."""
    instance = facts.instance.value
    if instance is None:
        return ""
    return _joined(_made(facts, instance), _base(facts), _system(facts), _rest(facts, instance))


def difference(facts: InstanceFacts) -> str:
    """How the instance differs from its base, by what the guest shows; empty if that is not known, or nothing."""
    return _joined(_packages(facts), _installed(facts))


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _made(facts: InstanceFacts, instance: Instance) -> str:
    return f"Made from the instance {instance.name} on {day(facts.now)}."


def _rest(facts: InstanceFacts, instance: Instance) -> str:
    return _joined(_size(instance), _left_out(facts, instance))


def _base(facts: InstanceFacts) -> str:
    image = facts.base_image.value
    if image is None:
        return ""
    system = system_of(image)
    pretty = f", {system.pretty}" if system else ""
    return f"Base image: {image.name} ({image.id}){pretty}."


def _system(facts: InstanceFacts) -> str:
    """The system as it is by now: what the base image's properties say may be stale."""
    system = inside_or_none(facts, parts.system)
    if system is None:
        return ""
    name = _word(system.pretty_name or f"{system.id} {system.version}".strip())
    kernel = f", kernel {_word(system.kernel)}" if system.kernel else ""
    return f"System: {name}{kernel}." if name else ""


def _packages(facts: InstanceFacts) -> str:
    """What it has beyond the list of its base image, where that is kept here; else what was installed by name since.

    Libraries and kernels, which come along, stand last.
    """
    packages = inside_or_none(facts, parts.packages)
    if packages is None:
        return ""
    of_base = _names_of_base(facts, packages)
    if of_base is None:
        return _named("Added packages", packages.added)
    versions = {each.name: each for each in packages.added}
    added = [versions.get(name) or Package(name=name) for name in packages.names if name not in of_base]
    there = set(packages.names)
    removed = [Package(name=name) for name in sorted(of_base) if name not in there]
    return _joined(_named("Added packages", added), _named("Removed packages", removed))


def _names_of_base(facts: InstanceFacts, packages: Packages) -> set[str] | None:
    """The packages of the base image; None where its list, or that of the instance, is not known whole."""
    base = facts.base_inventory
    if base is None or base.packages is None or packages.count != len(packages.names) or not packages.names:
        return None
    manager = next((each for each in PackageManager if each.value == packages.manager), None)
    if manager is None or manager in base.incomplete:
        return None
    return {each.name for each in base.packages if each.manager is manager} or None


def _named(what: str, packages: Sequence[Package]) -> str:
    if not packages:
        return ""
    first = sorted(packages, key=lambda each: each.name.startswith(_OF_PACKAGES_OWN))
    return f"{what}: {_summed([_package(each) for each in first], _PACKAGES_NAMED)}."


def _package(package: Package) -> str:
    """Name and upstream version: of `1:16.4-0ubuntu0.24.04.1` only 16.4 tells people something."""
    upstream = package.version.rpartition(":")[2].partition("-")[0].partition("+")[0]
    return _word(f"{package.name} {upstream}".rstrip())


def _installed(facts: InstanceFacts) -> str:
    """What was put under /opt and /usr/local since the first boot."""
    directories = inside_or_none(facts, parts.directories)
    if directories is None or not directories.installed:
        return ""
    return f"Installed: {_summed([_folder(each) for each in directories.installed], _FOLDERS_NAMED)}."


def _folder(entry: Entry) -> str:
    return _word(entry.name)


def _summed(names: Sequence[str], most: int) -> str:
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _word(text: str) -> str:
    return cut(text, _WORD_SHOWN).strip()


def _size(instance: Instance) -> str:
    flavor = instance.flavor
    said = [f"{flavor.vcpus} vCPU"] if flavor.vcpus else []
    said += [f"{flavor.ram_mib / 1024:g} GiB RAM"] if flavor.ram_mib else []
    said += [f"{flavor.disk_gib} GiB disk"] if flavor.disk_gib else []
    if not said:
        return ""
    return f"Size of the source: {flavor.name or 'flavor'} ({', '.join(said)})."


def _left_out(facts: InstanceFacts, instance: Instance) -> str:
    attachments = data_attachments(instance, facts.attachments.value or (), facts.volumes.value)
    names = {volume.id: volume.name for volume in facts.volumes.value or ()}
    volumes = ", ".join(names.get(each.volume_id) or each.volume_id for each in attachments)
    return f"Not included: volumes {volumes}." if volumes else ""
