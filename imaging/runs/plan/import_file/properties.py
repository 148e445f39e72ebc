"""What an image says about the machine that it needs, told from the disk in the file; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from imaging.guest.inspected_file import InspectedFile
from models.cloud.image import Image
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile
from models.image_file.disk_facts import DiskFirmware
from models.image_file.launch_properties import launch_properties

_AGENT: Final = "hw_qemu_guest_agent"
_NEEDS_AGENT: Final = frozenset({_AGENT, "os_require_quiesce"})
"""Without the agent in the guest a snapshot of its instance would fail, where these are set."""
_SAID: Final = ("architecture", "hw_architecture")


def image_properties(found: InspectedFile, profile: Profile) -> dict[str, str]:
    """The properties of the image of a file.

    Secure Boot is never among them: which keys the firmware of the cloud knows is not told by any disk.

    Args:
        found: the inspection.
        profile: says which properties its cloud recommends.
    """
    agent = _has_agent(found.guest)
    said = {"os_type": "linux"} if found.guest is not None else {}
    system = found.guest.system.value if found.guest is not None else None
    if system is not None and system.id:
        said["os_distro"] = system.id
    if system is not None and system.version:
        said["os_version"] = system.version
    if found.disk is not None and found.disk.architecture:
        said["architecture"] = found.disk.architecture
    # With a BIOS boot partition beside it every firmware starts the disk, and the cloud's default is right.
    if found.disk is not None and found.disk.firmware is DiskFirmware.UEFI:
        said["hw_firmware_type"] = "uefi"
    wanted = {key: value for key, value in profile.recommended_properties.items() if agent or key not in _NEEDS_AGENT}
    if agent:
        said[_AGENT] = "yes"
    # What an exported image was launched with goes before what is only recommended, or told by its disk.
    return {**wanted, **said, **launch_properties(found.file.properties)}


def _has_agent(guest: GuestFacts | None) -> bool:
    boot = guest.boot.value if guest is not None else None
    return boot is not None and bool(boot.guest_agent)


def other_architecture(found: InspectedFile, images: Iterable[Image]) -> str | None:
    """What is to be said about a disk for other machines than those of the cloud; None where it fits.

    Args:
        found: the inspection.
        images: those that the cloud shows: what they say about their machines is all that it tells about its own.
    """
    own = found.disk.architecture if found.disk is not None else ""
    if not own:
        return None
    said = {image.properties[name] for image in images for name in _SAID if image.properties.get(name)}
    if said and own not in said:
        return (
            f"The disk is for {own}; the images of this cloud are for {', '.join(sorted(said)[:4])}: "
            "it will probably not start here."
        )
    if not said and own != "x86_64":
        return f"The disk is for {own}. This cloud does not say which machines it has: see that it has such."
    return None
