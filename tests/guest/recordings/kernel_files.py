"""What the kernel shows of a guest in /proc and /sys, and the databases that are kept compressed."""

from __future__ import annotations

import lzma
from pathlib import Path

from tests.guest.recordings.describing import Listener, Machine, Process
from tests.guest.recordings.placing import link, put

_RECORDED = Path(__file__).parent.parent / "trees" / "recorded"
_UP_SECONDS = 1_555_200


def write(root: Path, machine: Machine) -> None:
    """Put it all into the tree."""
    table = machine.disks.mountinfo()
    put(root, "proc/self/mountinfo", table)
    put(root, "proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n")
    put(root, "proc/1/mountinfo", table)
    put(root, "proc/uptime", f"{_UP_SECONDS}.20 {_UP_SECONDS}.10\n")
    for key, value in (("vm/swappiness", "60"), ("vm/overcommit_memory", "0"), ("net/core/somaxconn", "4096")):
        put(root, f"proc/sys/{key}", f"{value}\n")
    for process in (_INIT, _SSHD, _AGENT, *machine.processes):
        sockets = [one for one in (_SSH, *machine.listeners) if one.pid == process.pid]
        _write_process(root, process, sockets)
    _write_disks(root, machine)
    _write_sockets(root, machine)


def write_rpm_database(root: Path) -> None:
    """The database of rpm 4.16 that rpm itself made for the trees of the tests."""
    folder = root / "var/lib/rpm"
    folder.mkdir(parents=True, exist_ok=True)
    packed = (_RECORDED / "rocky-9-rpmdb.sqlite.xz").read_bytes()
    (folder / "rpmdb.sqlite").write_bytes(lzma.decompress(packed))


def _write_process(root: Path, process: Process, sockets: list[Listener]) -> None:
    folder = f"proc/{process.pid}"
    put(root, f"{folder}/comm", f"{process.name}\n")
    ids = "\t".join([str(process.uid)] * 4)
    put(
        root,
        f"{folder}/status",
        f"Name:\t{process.name}\nState:\tS (sleeping)\nPid:\t{process.pid}\nPPid:\t1\nUid:\t{ids}\n"
        "VmSize:\t   24000 kB\n",
    )
    began = (_UP_SECONDS - (process.session_seconds or 0)) * 100
    numbers = f"S 1 {process.pid} {process.pid} 0 -1 {'0 ' * 13}{began} 0"
    put(root, f"{folder}/stat", f"{process.pid} ({process.name}) {numbers}\n")
    is_service = process.session_seconds is None
    group = (
        f"system.slice/{process.name}.service" if is_service else f"user.slice/user-{process.uid}.slice/session-4.scope"
    )
    put(root, f"{folder}/cgroup", f"0::/{group}\n")
    put(root, f"{folder}/maps", f"55d0c0000000-55d0c0100000 r-xp 00000000 fc:01 1000 {process.path}\n")
    link(root, f"{folder}/exe", process.path)
    link(root, f"{folder}/cwd", process.cwd)
    link(root, f"{folder}/root", "/")
    held = [f"socket:[{one.inode}]" for one in sockets]
    for number, path in enumerate(("/dev/null", *process.opens, *held)):
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


def _write_sockets(root: Path, machine: Machine) -> None:
    """/proc/net/tcp and its like, in which addresses are hexadecimal."""
    head = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    lines = [
        f"{place:4}: {one.hexadecimal} 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 "
        f"{one.inode} 1 0000000000000000 100 0 0 10 0\n"
        for place, one in enumerate((_SSH, *machine.listeners))
    ]
    put(root, "proc/net/tcp", head + "".join(lines))
    for name in ("tcp6", "udp", "udp6"):
        put(root, f"proc/net/{name}", head)


_INIT = Process(1, "systemd", "/usr/lib/systemd/systemd")
_SSHD = Process(812, "sshd", "/usr/sbin/sshd")
_AGENT = Process(640, "qemu-ga", "/usr/sbin/qemu-ga")
_SSH = Listener("0.0.0.0", 22, 812)  # what sshd listens on in the story
