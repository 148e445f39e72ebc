"""Why an instance cannot be sealed, said before anything is stopped, each with what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from imaging.guidelines.guest.cloud_init import coming_cloud_init, sets_up_new_instances
from imaging.guidelines.guest.facts import inside_or_none
from imaging.guidelines.guest.parts import cloud_init as cloud_init_part
from imaging.guidelines.guest.parts import disks as disks_part
from models.guest.disks import Disks
from models.guest.first_boot import CloudInit
from models.guidelines.facts import InstanceFacts

_NAME = re.compile(r"[A-Za-z]\w*")
_HOW_TO_INSPECT = "Inspect it as root (--probe, p in the console)."
_ENCRYPTED = "crypto_LUKS"


def refusals(facts: InstanceFacts) -> tuple[str, ...]:
    """The reasons, a sentence or two each; empty where the instance can be sealed.

    Args:
        facts: with the inspection, if there is one.
    """
    return tuple(_reasons(facts))


def _reasons(facts: InstanceFacts) -> Iterator[str]:
    source = facts.instance.value
    if source is not None and source.volume_backed:
        yield (
            "Its root disk is a volume: a seal of volume-backed instances is not possible yet. Move your work to an "
            "instance that boots from an image."
        )
    guest = facts.guest.value
    if guest is None:
        why = facts.guest.unknown_because or "it was not inspected"
        yield f"A seal is planned from an inspection, and there is none: {why}. {_HOW_TO_INSPECT}"
        return
    if not guest.as_root:
        yield (
            "The inspection was made without root, so that it has not seen everything that a seal has to remove. "
            "Allow sudo without a password for it, or inspect by a deep check (check --deep, d in the list)."
        )
    yield from _about_cloud_init(facts)
    disks = inside_or_none(facts, disks_part)
    if disks is None:
        yield f"Its disks could not be read, so that nobody knows whether the root disk is encrypted. {_HOW_TO_INSPECT}"
    elif _is_encrypted(disks):
        yield (
            "The root file system is encrypted (LUKS): nobody could open it in the clone. Move your work to an "
            "instance without that."
        )


def _about_cloud_init(facts: InstanceFacts) -> Iterator[str]:
    """The seal reaches the clone by cloud-init, and only over the configuration drive."""
    if inside_or_none(facts, cloud_init_part) is None:
        yield f"cloud-init could not be read, and it carries the seal into the clone. {_HOW_TO_INSPECT}"
        return
    found = coming_cloud_init(facts)
    if found.version is None:
        yield (
            "cloud-init is not installed, and it carries the seal into the clone. Install its package, and inspect "
            "again."
        )
    elif not sets_up_new_instances(found):
        by = found.disabled_by[0] if found.disabled_by else "its configuration"
        yield (
            f"cloud-init is switched off ({by}), and it carries the seal into the clone. Switch it on: remove that, "
            "and inspect again."
        )
    elif not _asks_config_drive(found):
        yield (
            "cloud-init does not read configuration drives (datasource_list), by which the clone gets the seal without "
            "a network. Add ConfigDrive to the list."
        )


def _asks_config_drive(found: CloudInit) -> bool:
    """Whether its list of data sources names ConfigDrive, or there is no list."""
    for key in ("kernel.datasource", "ds-identify.datasource", "datasource_list"):
        setting = found.setting(key)
        named = [name.casefold() for name in _NAME.findall(setting.value)] if setting is not None else []
        if named:
            return "configdrive" in named
    return True


def _is_encrypted(disks: Disks) -> bool:
    """Whether the root file system lies on an encrypted device."""
    if disks.root is None:
        return False
    waiting, seen = [disks.root.device], set[str]()
    while waiting:
        name = waiting.pop()
        device = disks.device(name)
        if device is None or name in seen:
            continue
        seen.add(name)
        if device.fs_type == _ENCRYPTED or device.kind == "crypt":
            return True
        waiting += device.parents
    return False
