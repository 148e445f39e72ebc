"""The guest as it will be once it is sealed: by these facts the rules say what the seal fixes and what it leaves.

Only what the plan names, or what an operation promises, is taken away; everything else stays as it was read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from imaging.guidelines.guest.storage import is_below
from models.fact import Fact
from models.guest.accounts import Accounts, PasswordState
from models.guest.boot import Identity
from models.guest.directories import Directories, Directory
from models.guest.facts import GuestFacts
from models.guest.files import Sighting, SystemFile
from models.guest.first_boot import CloudInit
from models.guest.mounts import BootMounts
from models.guest.network import Network, NetworkSetting, Sshd
from models.seal.plan import OperationId, SealPlan, TargetAction

T = TypeVar("T")

_TREES = frozenset({TargetAction.REMOVE, TargetAction.EMPTY, TargetAction.RENEW})
_LOGS = "/var/log"
_SPOOLS = ("/var/spool/mail", "/var/mail", "/var/spool/cron", "/var/spool/at", "/var/crash", "/var/spool/abrt")
_PACKAGE_CACHES = "/var/cache"
_OF_CLOUD_INIT = "90-cloud-init-users"
"""cloud-init's own file of sudo rules, which it writes again in each new instance."""
_LOOPBACK = re.compile(r"^(?:127\.|::1\b|fe00::|ff0[0-9]::)")
_HOSTS = "/etc/hosts"
_OF_CARDS = (
    "/etc/netplan/", "/etc/sysconfig/network-scripts/ifcfg-", "/etc/network/interfaces", "/etc/systemd/network/",
    "/etc/NetworkManager/system-connections/",
)  # fmt: skip
"""Where the clone takes out lines that name a card by its address."""
_OF_UDEV = "-persistent-net.rules"
_OF_MAIL = frozenset({"/etc/mailname", "/etc/postfix/main.cf", "/etc/exim4/update-exim4.conf.conf"})
"""Where the clone takes out the machine's name; what clusters call it stays."""
_COMMENTED_OUT = ("/etc/ldap.conf",)


def after_seal(guest: GuestFacts, plan: SealPlan) -> GuestFacts:
    """What an inspection of the sealed image would find.

    Args:
        guest: as it was inspected.
        plan: the seal; an operation that it lacks changes nothing.
    """
    seal = _Seal(plan)
    changes: Mapping[str, Callable[[Any], Any]] = {
        "accounts": seal.accounts,
        "directories": seal.directories,
        "sightings": seal.sightings,
        "boot_mounts": seal.boot_mounts,
        "cloud_init": seal.cloud_init,
        "identity": seal.identity,
        "sshd": seal.sshd,
        "network": seal.network,
        "system_files": seal.system_files,
    }
    return guest.model_copy(update={name: _changed(getattr(guest, name), change) for name, change in changes.items()})


def _changed(fact: Fact[T], change: Callable[[T], T]) -> Fact[T]:
    return fact if fact.value is None else fact.model_copy(update={"value": change(fact.value)})


@dataclass(frozen=True)
class _Seal:
    """A plan, asked for what it does to single things."""

    plan: SealPlan

    def _has(self, operation: OperationId) -> bool:
        return self.plan.operation(operation) is not None

    @cached_property
    def _gone_accounts(self) -> frozenset[str]:
        return frozenset(self._named(TargetAction.ACCOUNT))

    @cached_property
    def _trees(self) -> tuple[str, ...]:
        """Files and directories of which nothing stays."""
        return tuple(name for action in _TREES for name in self._named(action))

    def _named(self, action: TargetAction) -> list[str]:
        return [each.name for operation in self.plan.operations for each in operation.targets if each.action is action]

    def _is_kept(self, path: str) -> bool:
        # Of a home that is kept the secrets go all the same: a home is no target, so nothing else of it does.
        return any(is_below(path, kept.path) for kept in self.plan.kept if not kept.owner)

    def _goes(self, path: str) -> bool:
        """Whether a path is taken away, or lies in what is."""
        return not self._is_kept(path) and any(is_below(path, tree) for tree in self._trees)

    def accounts(self, accounts: Accounts) -> Accounts:
        """Without those who go; nobody who stays has a password or a key."""
        gone, locked = self._gone_accounts, frozenset(self._named(TargetAction.LOCK))
        stripped = self._named(TargetAction.STRIP)
        stay = [each for each in accounts.accounts if each.name not in gone]
        groups = [
            each.model_copy(update={"members": tuple(name for name in each.members if name not in gone)})
            for each in accounts.groups
            if each.name not in gone
        ]
        rules = accounts.sudo_without_password
        return accounts.model_copy(
            update={
                "accounts": tuple(
                    each.model_copy(update={"password": PasswordState.LOCKED}) if each.name in locked else each
                    for each in stay
                ),
                "groups": tuple(groups),
                "sudo_without_password": rules
                if rules is None
                else tuple(each for each in rules if each.who not in gone and _OF_CLOUD_INIT not in each.file),
                "authorized_keys": tuple(
                    each
                    for each in accounts.authorized_keys
                    if not self._goes(each.path) and not any(is_below(each.path, home) for home in stripped)
                ),
            }
        )

    def directories(self, directories: Directories) -> Directories:
        """Without the homes that go, and with nothing in those that are emptied."""
        removed = frozenset(self._named(TargetAction.REMOVE))
        return directories.model_copy(
            update={
                "homes": tuple(self._emptied(each) for each in directories.homes if each.path not in removed),
                "others": tuple(self._emptied(each) for each in directories.others),
                "desktops": tuple(each for each in directories.desktops if not self._goes(each.path)),
                "caches": tuple(
                    each
                    for each in directories.caches
                    if not self._goes(each.path)
                    and not (self._has(OperationId.CACHES) and is_below(each.path, _PACKAGE_CACHES))
                ),
            }
        )

    def _emptied(self, directory: Directory) -> Directory:
        logs = directory.path == _LOGS and self._has(OperationId.LOGS)
        if not logs and not any(directory.path.rstrip("/") == tree for tree in self._trees):
            return directory
        return directory.model_copy(update={"size_kib": 0, "files": 0, "own_files": 0, "biggest": (), "incomplete": ""})

    def sightings(self, sightings: tuple[Sighting, ...]) -> tuple[Sighting, ...]:
        """Without what goes, and without what stands in files that are emptied or lose those lines."""
        named = {name for action in (TargetAction.TRUNCATE, TargetAction.LINES) for name in self._named(action)}
        return tuple(
            each
            for each in sightings
            if each.path not in named and not self._goes(each.path) and not self._is_swept(each.path)
        )

    def _is_swept(self, path: str) -> bool:
        """Whether it lies where the clone takes everything away by itself."""
        spool = self._has(OperationId.SPOOLS) and any(is_below(path, place) for place in _SPOOLS)
        return not self._is_kept(path) and (spool or (self._has(OperationId.LOGS) and is_below(path, _LOGS)))

    def boot_mounts(self, boot: BootMounts) -> BootMounts:
        """Without the entries that are commented out."""
        operation = self.plan.operation(OperationId.FSTAB)
        lines = {line for each in operation.targets for line in each.lines} if operation else set()
        return boot.model_copy(update={"fstab": tuple(each for each in boot.fstab if each.line not in lines)})

    def cloud_init(self, cloud_init: CloudInit) -> CloudInit:
        """As on a machine that it has never set up."""
        if not self._has(OperationId.CLOUD_INIT):
            return cloud_init
        return cloud_init.model_copy(update={"status": "", "errors": (), "instances_kib": None, "user_data": ()})

    def identity(self, identity: Identity) -> Identity:
        """Without a machine-id and without a random seed."""
        changed: dict[str, object] = {}
        if self._has(OperationId.MACHINE_ID):
            there = identity.dbus_machine_id in {"", "missing"}
            dbus = identity.dbus_machine_id if there else "link"
            changed |= {"machine_id": "empty", "machine_id_digest": "", "dbus_machine_id": dbus}
        if self._has(OperationId.IDENTITIES):
            changed["random_seed"] = False
        return identity.model_copy(update=changed)

    def sshd(self, sshd: Sshd) -> Sshd:
        """Without host keys."""
        return sshd.model_copy(update={"host_keys": ()}) if self._has(OperationId.HOST_KEYS) else sshd

    def network(self, network: Network) -> Network:
        """Without leases, what cloud-init wrote for this machine, and cards known by their addresses."""
        if not self._has(OperationId.NETWORK):
            return network
        settings = tuple(each for each in network.settings if not each.by_cloud_init and not _goes(each))
        named = network.old_name_in
        if self._has(OperationId.IDENTITIES):
            named = tuple(each for each in named if each not in _OF_MAIL)
        return network.model_copy(update={"leases": (), "settings": settings, "old_name_in": named})

    def system_files(self, files: tuple[SystemFile, ...]) -> tuple[SystemFile, ...]:
        """With the lines that the page's system files keep."""
        if not self._has(OperationId.SYSTEM_FILES):
            return files
        return tuple(each.model_copy(update={"lines": _lines_left(each)}) for each in files)


def _goes(setting: NetworkSetting) -> bool:
    if setting.file.endswith(_OF_UDEV):
        return True
    return setting.kind == "mac" and setting.file.startswith(_OF_CARDS)


def _lines_left(file: SystemFile) -> tuple[str, ...]:
    if file.path == _HOSTS:
        return tuple(line for line in file.lines if _LOOPBACK.match(line))
    return () if file.path in _COMMENTED_OUT else file.lines
