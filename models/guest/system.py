"""Which system runs in the guest."""

from __future__ import annotations

from datetime import datetime

from models.base import Frozen


class GuestSystem(Frozen):
    """os-release, kernel, and when the machine was set up."""

    id: str = ""
    """ID of os-release: ubuntu, rocky, …"""
    version: str = ""
    """VERSION_ID of os-release."""
    pretty_name: str = ""
    like: tuple[str, ...] = ()
    """ID_LIKE of os-release."""
    kernel: str = ""
    architecture: str = ""
    host_name: str = ""
    init: str = ""
    """The name of process 1, such as systemd."""
    package_manager: str = ""
    """apt, dnf, yum, zypper; empty if none of them is there."""
    booted_at: datetime | None = None
    first_boot_at: datetime | None = None
    """When cloud-init had set the machine up for the first time: what is younger was changed by its users."""
