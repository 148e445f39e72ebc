"""A guest for the rules: a healthy Ubuntu 24.04 with nobody's files in it, changed piece by piece."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar

from models.base import Frozen
from models.fact import Fact, IncompleteCode
from models.findings import Finding, Source
from models.guest.accounts import Account, Accounts, PasswordState
from models.guest.boot import Boot, BootFile, Identity, NextBoot
from models.guest.directories import Directories, Directory
from models.guest.disks import BlockDevice, Disks, FileSystemHealth, FileSystemUse
from models.guest.facts import GuestFacts
from models.guest.files import PackageState, Sighting, SystemFile
from models.guest.first_boot import CloudInit, Setting
from models.guest.mounts import BootMounts, FstabEntry, Mount, Mounts
from models.guest.network import Firewall, HostKey, Network, Sshd
from models.guest.packages import Packages, Updates
from models.guest.running import KernelSetting, Running
from models.guest.services import PathUse, Services, Unit
from models.guest.system import GuestSystem
from tests.guidelines.building import NOW, finding
from tests.support.known import fact_of

Part = TypeVar("Part", bound=Frozen)

READ_AT = NOW - timedelta(minutes=2)
FIRST_BOOT = NOW - timedelta(days=20)
ROOT = FileSystemUse(
    mount_point="/", device="/dev/vda1", fs_type="ext4", size_kib=20_000_000, used_kib=4_000_000,
    free_kib=15_000_000, inodes=1_000_000, inodes_free=900_000,
)  # fmt: skip
VDA = BlockDevice(name="/dev/vda", kind="disk", size_bytes=20 * 1024**3)
VDA1 = BlockDevice(
    name="/dev/vda1", parents=("/dev/vda",), kind="part", fs_type="ext4", uuid="root-uuid", label="cloudimg-rootfs",
    size_bytes=20 * 1024**3, mount_points=("/",),
)  # fmt: skip
VDB = BlockDevice(
    name="/dev/vdb", kind="disk", fs_type="ext4", uuid="data-uuid", serial="pgdata-id", size_bytes=10 * 1024**3
)
ROOT_LINE = FstabEntry(
    line=1, source="LABEL=cloudimg-rootfs", point="/", fs_type="ext4", options=("discard", "errors=remount-ro"),
    check_order=1, text="LABEL=cloudimg-rootfs / ext4 discard,errors=remount-ro 0 1",
)  # fmt: skip

HEALTHY: dict[str, Any] = {
    "system": GuestSystem(
        id="ubuntu", version="24.04", pretty_name="Ubuntu 24.04.3 LTS", like=("debian",), kernel="6.8.0-60-generic",
        architecture="x86_64", host_name="db-07", init="systemd", package_manager="apt", booted_at=FIRST_BOOT,
        first_boot_at=FIRST_BOOT,
    ),
    "disks": Disks(
        devices=(VDA, VDA1), root=ROOT, file_systems=(ROOT,), grow_tool="growpart",
        health=(FileSystemHealth(device="/dev/vda1", fs_type="ext4", state="clean", has_errors=False),),
    ),
    "mounts": Mounts(mounts=(Mount(point="/", source="/dev/vda1", fs_type="ext4"),), users_complete=True),
    "boot_mounts": BootMounts(fstab=(ROOT_LINE,)),
    "services": Services(
        units=(Unit(name="ssh.service", enabled="enabled", active="active"),
               Unit(name="cloud-init.service", enabled="enabled", active="active"),
               Unit(name="qemu-guest-agent.service", enabled="static", active="active")),
    ),
    "path_uses": (),
    "packages": Packages(manager="dpkg", count=650, names=("cloud-init", "openssh-server")),
    "updates": Updates(
        pending=(), lists_at=NOW - timedelta(hours=3), reboot_required=False, newest_kernel="6.8.0-60-generic",
        problems=(),
    ),
    "accounts": Accounts(
        accounts=(Account(name="root", uid=0, gid=0, home="/root", shell="/bin/bash", password=PasswordState.LOCKED),),
        default_user="ubuntu", sudo_without_password=(),
    ),
    "directories": Directories(others=(
        Directory(path="/root", owner="root", size_kib=20, files=3),
        Directory(path="/mnt", owner="root", size_kib=4),
        Directory(path="/tmp", owner="root", size_kib=8),
        Directory(path="/var/log", owner="root", size_kib=9_000, files=40, own_files=40),
    )),
    "system_files": (
        SystemFile(path="/etc/host.conf", kind="file", size_bytes=92, package_state=PackageState.UNCHANGED,
                   lines=("multi on",)),
        SystemFile(path="/etc/hosts", kind="file", size_bytes=221, package_state=PackageState.UNOWNED,
                   lines=("127.0.0.1 localhost", "::1 ip6-localhost ip6-loopback")),
        SystemFile(path="/etc/hosts.allow", kind="file", package_state=PackageState.UNCHANGED),
        SystemFile(path="/etc/hosts.deny", kind="file", package_state=PackageState.UNCHANGED),
        SystemFile(path="/etc/resolv.conf", kind="link", target="/run/systemd/resolve/stub-resolv.conf"),
    ),
    "sightings": (),
    "cloud_init": CloudInit(
        version="24.4", status="done", instances_kib=400, enabled=True,
        settings=(Setting(key="datasource_list", value="[ OpenStack, None ]", file="/etc/cloud/cloud.cfg.d/90.cfg"),),
    ),
    "network": Network(),
    "sshd": Sshd(
        installed=True, enabled=True, enabled_unit="ssh.socket", effective_known=True,
        effective={"port": ("22",), "passwordauthentication": ("no",)},
        host_keys=(HostKey(path="/etc/ssh/ssh_host_ed25519_key", algorithm="ssh-ed25519", fingerprint="SHA256:abc"),),
    ),
    "running": Running(kernel_settings=(KernelSetting(key="vm.swappiness", value="60"),)),
    "firewall": Firewall(rules=0, ssh_open=True, why="no rules"),
    "identity": Identity(machine_id="filled", machine_id_digest="1a2b3c", dbus_machine_id="link"),
    "boot": Boot(
        command_line="BOOT_IMAGE=/vmlinuz root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0",
        default_command_line="root=LABEL=cloudimg-rootfs ro console=tty1 console=ttyS0", firmware="bios",
        next=NextBoot(
            loader="grub", file="/boot/grub/grub.cfg", title="Ubuntu", version="6.8.0-60-generic", is_running=True,
            kernels=(BootFile(path="/boot/vmlinuz-6.8.0-60-generic", there=True),), has_modules=True, seconds=0,
            initrds=(BootFile(path="/boot/initrd.img-6.8.0-60-generic", there=True),),
        ),
        virtio_modules=("virtio_blk", "virtio_net", "virtio_pci", "virtio_scsi"), guest_agent="active",
        initramfs_tool="initramfs-tools",
    ),
}  # fmt: skip


def guest(**changed: Any) -> GuestFacts:
    """The healthy guest with other parts; plain values are wrapped as facts read in the guest."""
    own = {field: changed.pop(field) for field in ("as_root", "method", "user") if field in changed}
    parts = {**HEALTHY, **changed}
    wrapped = {
        name: part if isinstance(part, Fact) else {"value": part, "source": Source.GUEST, "read_at": READ_AT}
        for name, part in parts.items()
    }
    return GuestFacts.model_validate({"read_at": READ_AT, "as_root": True, "user": "ubuntu", **own, **wrapped})


def read_then(found: GuestFacts, moment: datetime) -> GuestFacts:
    """The same guest with every part read at another time."""
    parts = {name: part for name, part in dict(found).items() if isinstance(part, Fact)}
    again = {name: part.model_copy(update={"read_at": moment}) for name, part in parts.items()}
    return found.model_copy(update={"read_at": moment, **again})


def healthy(kind: type[Part], **changed: Any) -> Part:
    """The healthy guest's part of one kind, with other fields."""
    (part,) = [part for part in HEALTHY.values() if isinstance(part, kind)]
    return part.model_copy(update=changed)


def kind_of(part: str) -> type[Fact[Any]]:
    """What a part of a guest's facts is."""
    kind = GuestFacts.model_fields[part].annotation
    assert isinstance(kind, type)
    assert issubclass(kind, Fact)
    return kind


def untold(kind: type, why: str = "only root may read it") -> Any:
    return fact_of(kind)(unknown_because=why, source=Source.GUEST)


def partly(kind: type, value: Any, why: str = "") -> Any:
    """A part that was cut short or, where `why` names it, that lacks one thing."""
    code = None if why else IncompleteCode.CUT_SHORT
    return fact_of(kind)(
        value=value,
        incomplete_because=why or "time was up",
        incomplete_code=code,
        source=Source.GUEST,
        read_at=READ_AT,
    )


def guest_fact(**changed: Any) -> Fact[GuestFacts]:
    return Fact[GuestFacts](value=guest(**changed), source=Source.GUEST, read_at=READ_AT)


def guest_finding(rule: str, *, of: Any = None, around: Mapping[str, Any] | None = None, **changed: Any) -> Finding:
    """One rule's finding about a guest with these parts.

    Args:
        rule: its id.
        of: the profile; the page by default.
        around: other facts than the guest's, as `building.facts` takes them.
        changed: parts of the guest.
    """
    return finding(rule, of=of, guest=guest_fact(**changed), **(around or {}))


def sighting(search: str, path: str, **other: Any) -> Sighting:
    return Sighting(search=search, path=path, **other)


def path_use(user: str, how: str, path: str, **other: Any) -> PathUse:
    return PathUse(user=user, how=how, path=path, **other)
