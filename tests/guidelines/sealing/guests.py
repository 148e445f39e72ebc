"""A guest that can be sealed: two people, a service that runs as one of them, secrets, an fstab trap."""

from __future__ import annotations

from typing import Any

from imaging.guidelines.sealing.planning import plan_seal
from models.guest.accounts import Account, Accounts, PasswordState
from models.guest.directories import Directories, Directory
from models.guest.first_boot import CloudInit, Setting
from models.guest.mounts import BootMounts, FstabEntry
from models.guest.services import Services, Unit
from models.seal.plan import OperationId, SealOperation, SealPlan
from tests.guidelines.building import facts, profile, request
from tests.guidelines.guest_building import HEALTHY, ROOT_LINE, guest_fact, healthy, sighting

CONFIG_DRIVE = healthy(
    CloudInit, settings=(Setting(key="datasource_list", value="[ ConfigDrive, OpenStack ]", file="/etc/cloud/c.cfg"),)
)


def person(name: str, uid: int, **other: Any) -> Account:
    return Account(name=name, uid=uid, gid=uid, home=f"/home/{name}", shell="/bin/bash", **other)


ACCOUNTS = Accounts(
    accounts=(
        Account(name="root", uid=0, gid=0, home="/root", password=PasswordState.SET),
        person("ubuntu", 1000, password=PasswordState.LOCKED),
        person("ada", 1001, password=PasswordState.SET),
        person("eve", 1002, password=PasswordState.SET),
    ),
    default_user="ubuntu",
    sudo_without_password=(),
)
DIRECTORIES = Directories(
    homes=(
        Directory(path="/home/ubuntu", owner="ubuntu", size_kib=40, files=5, own_files=2),
        Directory(path="/home/ada", owner="ada", size_kib=9000, files=310, own_files=300),
        Directory(path="/home/eve", owner="eve", size_kib=500, files=30, own_files=20),
        Directory(path="/home/shared", owner="root", size_kib=10, files=1, own_files=1),
        Directory(path="/home/lost+found", owner="root", size_kib=16),
        Directory(path="/home/volume", owner="root", size_kib=16, separate=True),
    ),
    others=(
        Directory(path="/root", owner="root", size_kib=20, files=3, own_files=1),
        Directory(path="/mnt", owner="root", size_kib=4, separate=True),
        Directory(path="/tmp", owner="root", size_kib=8),  # a folder of the guest
        Directory(path="/var/log", owner="root", size_kib=9_000, files=40, own_files=40),
    ),
)
TRAP = FstabEntry(
    line=2, source="UUID=data-uuid", point="/data", fs_type="ext4", options=("defaults",),
    text="UUID=data-uuid /data ext4 defaults 0 2",
)  # fmt: skip
SIGHTINGS = (
    sighting("SEC-PRIVKEY.ssh", "/opt/app/deploy.key", marks=("private-key",), size_bytes=400),
    sighting("SEC-PRIVKEY.ssh", "/home/ada/.ssh/id_rsa", marks=("private-key",), size_bytes=400),
    sighting("ID-AGENTS.tailscale", "/var/lib/tailscale/tailscaled.state", size_bytes=900),
)
UNITS = Services(
    units=(Unit(name="survey.service", enabled="enabled"), Unit(name="ssh.service", enabled="enabled"),
           Unit(name="old.service", enabled="disabled")),
)  # fmt: skip
LIVED_IN: dict[str, Any] = {
    "accounts": ACCOUNTS,
    "directories": DIRECTORIES,
    "cloud_init": CONFIG_DRIVE,
    "boot_mounts": BootMounts(fstab=(ROOT_LINE, TRAP)),
    "sightings": SIGHTINGS,
    "services": UNITS,
}


def seal(keep: dict[str, Any] | None = None, around: dict[str, Any] | None = None, **changed: Any) -> SealPlan:
    """The plan of a guest that was lived in, with other parts."""
    parts = {**HEALTHY, **LIVED_IN, **changed}
    own = {field: parts.pop(field) for field in ("as_root",) if field in parts}
    found = facts(guest=guest_fact(**own, **parts), **(around or {}))
    return plan_seal(found, profile(), request(**(keep or {})))


def operation(plan: SealPlan, wanted: OperationId) -> SealOperation:
    found = plan.operation(wanted)
    assert found is not None, [each.id for each in plan.operations]
    return found


def targets(plan: SealPlan, wanted: OperationId) -> dict[str, str]:
    """What becomes of each target of one operation, by its name; nothing where the plan does not have it."""
    found = plan.operation(wanted)
    return {target.name: target.action.value for target in found.targets} if found is not None else {}
