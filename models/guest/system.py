"""Which system runs in the guest."""

from __future__ import annotations

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanText


class OwnId(Frozen):
    """An id by which the machine itself goes; which instance that is, only a comparison with Nova's ids can tell."""

    source: CleanText
    """`cloud-init` (what it knew at this boot) or `dmi` (the firmware)."""
    text: CleanText


class GuestSystem(Frozen):
    """os-release, kernel, and when the machine was set up."""

    id: CleanText = ""
    """ID of os-release: ubuntu, rocky, …"""
    version: CleanText = ""
    """VERSION_ID of os-release."""
    pretty_name: CleanText = ""
    like: tuple[CleanText, ...] = ()
    """ID_LIKE of os-release."""
    kernel: CleanText = ""
    architecture: CleanText = ""
    host_name: CleanText = ""
    instance_id: CleanText = ""
    """Which instance cloud-init says that it is; an image may have brought it along from its parent."""
    own_ids: tuple[OwnId, ...] = ()
    init: CleanText = ""
    """The name of process 1, such as systemd."""
    package_manager: CleanText = ""
    """apt, dnf, yum, zypper; empty if none of them is there."""
    booted_at: Moment | None = None
    first_boot_at: Moment | None = None
    """When cloud-init had set the machine up for the first time: what is younger was changed by its users."""
