"""Which properties of an image go into a file, and from a file into another cloud: those that a launch needs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_KEY: Final = re.compile(r"[A-Za-z0-9_:.-]{1,255}")
LONGEST_VALUE: Final = 255
"""What Glance takes of a value, in bytes."""

_PREFIXES: Final = ("hw_", "os_", "trait:HW_", "trait:COMPUTE_", "trait:MISC_", "trait:STORAGE_")
_NAMES: Final = frozenset(
    {
        *("architecture", "hypervisor_type", "vm_mode", "auto_disk_config"),
        *("img_hide_hypervisor_id", "img_hv_type", "img_hv_requested_version", "img_config_drive"),
    }
)
"""What decides how a machine is built, beside the families of `hw_` and `os_`."""
_OF_THE_CLOUD: Final = ("os_glance_", "os_hash_", "os_hidden")
_DESCRIPTION: Final = "description"
_NEEDS_ANOTHER_IMAGE: Final = ("kernel_id", "ramdisk_id")


def launch_properties(properties: Mapping[str, str]) -> dict[str, str]:
    """Those that decide how a machine of this image is built, in the order of their names.

    What is not known to be one of them stays behind: a site's own properties, its traits (`trait:CUSTOM_…`), owners,
    ids of instances and users, signatures whose certificate lies in that cloud, and all that Glance says itself.

    Args:
        properties: of an image, as its cloud tells them, or from a file that somebody brought.
    """
    return {key: properties[key] for key in sorted(properties) if _is_needed(key) and _is_sound(properties[key])}


def left_properties(properties: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the others, of which people are told; the description goes along in a field of its own."""
    kept = launch_properties(properties)
    return tuple(key for key in sorted(properties) if key not in kept and key != _DESCRIPTION)


def boots_by_another_image(properties: Mapping[str, str]) -> bool:
    """Whether the kernel lies in an image of its own, so that this one starts nowhere else by itself."""
    return any(properties.get(key) for key in _NEEDS_ANOTHER_IMAGE)


def _is_needed(key: str) -> bool:
    if not _KEY.fullmatch(key) or key.startswith(_OF_THE_CLOUD):
        return False
    return key in _NAMES or key.startswith(_PREFIXES)


def _is_sound(value: str) -> bool:
    return len(value.encode("utf-8", "replace")) <= LONGEST_VALUE and value.isprintable()
