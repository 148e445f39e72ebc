"""The programs that the probe asks about the running system: in a tree they answer as the real ones did."""

from __future__ import annotations

from pathlib import Path

from tests.guest.recordings.describing import Machine
from tests.guest.recordings.placing import NOW, put


def write(root: Path, machine: Machine) -> None:
    """Put them into `.tools`, where the probe finds them first."""
    _put(root, "date", f'case ${{1-}} in +%s) echo {NOW} ;; *) exec /usr/bin/date "$@" ;; esac')
    _put(root, "lsblk", _saying(*(device.lsblk() for device in machine.disks.devices())))
    mounted = [device for device in machine.disks.devices() if device.point]
    head = "Filesystem Type 1K-blocks Used Avail Inodes IFree Mounted on"
    _put(root, "df", _saying(head, *(device.df() for device in mounted)))
    _put(root, "dumpe2fs", _saying("Filesystem state:         clean"))
    _put(root, "sshd", _saying(*_SSHD_SETTINGS))
    if machine.family == "rocky-9":
        _put(root, "dnf", "exit 0")


_SSHD_SETTINGS = (
    "port 22",
    "addressfamily any",
    "usepam yes",
    "permitrootlogin without-password",
    "pubkeyauthentication yes",
    "passwordauthentication no",
    "kbdinteractiveauthentication no",
    "permitemptypasswords no",
    "listenaddress 0.0.0.0:22",
    "listenaddress [::]:22",
    "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2",
    "acceptenv LANG",
    "acceptenv LC_*",
    "authenticationmethods any",
)
"""What `sshd -T` says about a machine that cloud-init has set up, as far as it decides who gets in."""


def _saying(*lines: str) -> str:
    words = " ".join("'" + line.replace("'", "'\\''") + "'" for line in lines)
    return f"printf '%s\\n' {words}"


def _put(root: Path, name: str, script: str) -> None:
    put(root, f".tools/{name}", f"#!/bin/sh\n{script}\n", mode=0o755)
