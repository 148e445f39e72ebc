"""Debian packages for a guest that reaches no repository: fetched by this machine, installed in the guest."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.realguest.machine import Machine

_SECONDS = 900


def installed(machine: Machine, folder: Path, *names: str) -> str:
    """Install packages and what they need; gives why it could not be done, empty if it was.

    This machine's lists are asked, by the guest's own record of what it has: both are of one release.
    """
    status = folder / "status"
    status.write_text(machine.ssh("cat /var/lib/dpkg/status"))
    (folder / "partial").mkdir(exist_ok=True)
    asked = subprocess.run(
        ["apt-get", "install", "-qy", "--download-only", "--no-install-recommends", "-o",
         f"Dir::State::status={status}", "-o", f"Dir::Cache::archives={folder}", "-o", "Debug::NoLocking=1", *names],
        capture_output=True, text=True, timeout=_SECONDS, check=False,
    )  # fmt: skip
    files = sorted(folder.glob("*.deb"))
    if asked.returncode != 0 or not files:
        return f"{', '.join(names)} not to be had: {asked.stderr.strip()[-300:]}"
    machine.copy(*files)
    machine.ssh("DEBIAN_FRONTEND=noninteractive dpkg -i /tmp/*.deb >/dev/null; rm /tmp/*.deb", seconds=_SECONDS)
    return ""
