"""What the kernel shows of a guest in /proc and /sys, and the databases that are kept compressed."""

from __future__ import annotations

import lzma
from pathlib import Path

from tests.guest.recordings.describing import Machine, Process
from tests.guest.recordings.placing import link, put

_RECORDED = Path(__file__).parent.parent / "trees" / "recorded"


def write(root: Path, machine: Machine) -> None:
    """Put it all into the tree."""
    table = machine.disks.mountinfo()
    put(root, "proc/self/mountinfo", table)
    put(root, "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n")
    put(root, "proc/1/mountinfo", table)
    for process in (_INIT, _SSHD, *machine.processes):
        _write_process(root, process)
    _write_disks(root, machine)


def write_rpm_database(root: Path) -> None:
    """The database of rpm 4.16 that rpm itself made for the trees of the tests."""
    folder = root / "var/lib/rpm"
    folder.mkdir(parents=True, exist_ok=True)
    packed = (_RECORDED / "rocky-9-rpmdb.sqlite.xz").read_bytes()
    (folder / "rpmdb.sqlite").write_bytes(lzma.decompress(packed))


def _write_process(root: Path, process: Process) -> None:
    folder = f"proc/{process.pid}"
    put(root, f"{folder}/comm", f"{process.name}\n")
    ids = "\t".join([str(process.uid)] * 4)
    put(root, f"{folder}/status", f"Name:\t{process.name}\nState:\tS (sleeping)\nPid:\t{process.pid}\nUid:\t{ids}\n")
    put(root, f"{folder}/stat", f"{process.pid} ({process.name}) S 1 {process.pid} {process.pid} 0 -1 0\n")
    put(root, f"{folder}/maps", f"55d0c0000000-55d0c0100000 r-xp 00000000 fc:01 1000 {process.path}\n")
    link(root, f"{folder}/exe", process.path)
    link(root, f"{folder}/cwd", process.cwd)
    link(root, f"{folder}/root", "/")
    for number, path in enumerate(("/dev/null", *process.opens)):
        link(root, f"{folder}/fd/{number}", path)


def _write_disks(root: Path, machine: Machine) -> None:
    for device in machine.disks.devices():
        whole = f"sys/devices/virtio/block/{device.parent or device.name}"
        folder = f"{whole}/{device.name}" if device.parent else whole
        put(root, f"{folder}/dev", f"{device.number}\n")
        if device.parent:
            put(root, f"{folder}/partition", f"{device.name.removeprefix(device.parent)}\n")
            target = f"../../devices/virtio/block/{device.parent}/{device.name}"
        else:
            put(root, f"{folder}/serial", device.serial)
            link(root, f"sys/block/{device.name}", f"../devices/virtio/block/{device.name}")
            target = f"../../devices/virtio/block/{device.name}"
        link(root, f"sys/class/block/{device.name}", target)
        if device.fs_type == "ext4" and device.point:
            put(root, f"sys/fs/ext4/{device.name}/errors_count", "0\n")


_INIT = Process(1, "systemd", "/usr/lib/systemd/systemd")
_SSHD = Process(812, "sshd", "/usr/sbin/sshd")
