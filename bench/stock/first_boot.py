"""A stock tree as a machine that was launched from it: what its first boot writes, and tools that show its hardware.

The tree's own files stay as they are. What is laid over them comes from the demonstration cloud's recordings: the state
of cloud-init, /proc and /sys of a virtio machine with one disk, and the answers of lsblk, df and systemctl.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from tests.guest.recordings import building, kernel_files, programs, units
from tests.guest.recordings.describing import Machine
from tests.guest.recordings.hardware import Disks
from tests.guest.recordings.placing import DAY, put

_LAYERS = building.HERE / "files"
_RUNNING = ("proc", "sys", "run", "var/lib/cloud", "etc/machine-id", "etc/ssh/ssh_host_ed25519_key", "root/.ssh")
"""What a boot makes; the other files of the layer are those of a recorded guest, which this one has by itself."""
_SUDOERS = "etc/sudoers.d/90-cloud-init-users"
_PART = "5f0c9d2e-0011-4000-8000-000000000011"
_ESP = "5f0c9d2e-0012-4000-8000-000000000012"


def boot(root: Path, name: str, pretty: str, user: str, disks: Disks) -> None:
    """Lay the first boot over a tree.

    Args:
        root: the tree.
        name: what it is called here.
        pretty: as os-release calls it.
        user: cloud-init's default user, whose account is there.
        disks: the machine's.
    """
    machine = Machine(name, "stock", name, _kernel(root), user, 0.5, pretty, disks)
    words = building._words(machine)  # noqa: SLF001  # the recordings' own, as their builder uses it
    for folder in ("proc", "sys", "run"):
        shutil.rmtree(root / folder, ignore_errors=True)
    for source in sorted(path for path in (_LAYERS / "any").rglob("*") if path.is_file()):
        path = building._fitted(str(source.relative_to(_LAYERS / "any")), words)  # noqa: SLF001
        if path.startswith(_RUNNING) or path == _SUDOERS:
            put(root, path, building._fitted(source.read_text(), words))  # noqa: SLF001
    _age(root, machine.first_boot - 10 * DAY)
    _write_line(root)
    kernel_files.write(root, machine)
    programs.write(root, machine)
    _write_units(root)
    _log_in(root, user)


def _age(root: Path, at: int) -> None:
    """What was made today is as old as an image, where a rule compares it with the start: tables, kernels, packages."""
    for path in (root / "etc/fstab", *(root / "boot").rglob("*"), *(root / "var/lib/dpkg/info").glob("*.list")):
        os.utime(path, (at, at), follow_symlinks=False)


def _kernel(root: Path) -> str:
    return max(path.name.removeprefix("vmlinuz-") for path in (root / "boot").glob("vmlinuz-*"))


def _write_line(root: Path) -> None:
    """What the running kernel was started with: the line that the boot loader has."""
    config = next(path for name in ("grub", "grub2") if (path := root / f"boot/{name}/grub.cfg").exists())
    found = re.search(r"^\s*linux\S*\s+(.*)$", config.read_text(), re.MULTILINE)
    entries = sorted((root / "boot/loader/entries").glob("*.conf"))
    line = found[1] if found else ""
    if entries:
        line = next(each for each in entries[-1].read_text().splitlines() if each.startswith("options ")).partition(
            " "
        )[2]
    put(root, "proc/cmdline", f"BOOT_IMAGE={line}\n" if found else f"{line}\n")


def _write_units(root: Path) -> None:
    """systemctl: the units that links enable, all of them up."""
    enabled = {path.name: ("enabled", "active") for path in (root / "etc/systemd/system").glob("*.wants/*")}
    known = {name: state for name, state in enabled.items() if name.endswith((".service", ".socket", ".timer"))}
    put(root, ".tools/systemctl", units._systemctl(known), mode=0o755)  # noqa: SLF001


def _log_in(root: Path, user: str) -> None:
    """The user's key, as cloud-init puts it there."""
    home = root / "home" / user
    (home / ".ssh").mkdir(parents=True, exist_ok=True)
    put(root, f"home/{user}/.ssh/authorized_keys", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBenchmark bench\n", mode=0o600)
    owner = next(
        line.split(":") for line in (root / "etc/passwd").read_text().splitlines() if line.startswith(f"{user}:")
    )
    for path in (home, *home.rglob("*")):
        shutil.chown(path, int(owner[2]), int(owner[3]))


def name_partitions(root: Path) -> None:
    """The PARTUUIDs of fstab as those of the recorded hardware."""
    fstab = root / "etc/fstab"
    text = re.sub(r"PARTUUID=\S+(?= / )", f"PARTUUID={_PART}", fstab.read_text())
    fstab.write_text(re.sub(r"PARTUUID=\S+(?= /boot/efi )", f"PARTUUID={_ESP}", text))
