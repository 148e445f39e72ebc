"""Packages that are made up for tests, and what the tests about packages need of this machine."""

from __future__ import annotations

from tests.support.needs import needs

RUNNING = ("reboot", "reboot_package")
"""What only a system that runs can want."""
needs_apt = needs("apt-get", "dpkg")
needs_rpm = needs("rpm")


def installed(name: str, version: str, status: str = "install ok installed", **fields: str) -> str:
    """A stanza of the status file."""
    more = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in fields.items())
    architecture = "" if "Architecture" in fields else "Architecture: amd64\n"
    told = f"Package: {name}\nStatus: {status}\nVersion: {version}\nMaintainer: a <a@b>\n"
    return f"{told}{architecture}{more}Description: d\n\n"
