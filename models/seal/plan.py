"""The plan of a seal: every operation on the temporary clone, with the names that the user agrees to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from enum import StrEnum

from models.base import Frozen
from models.text import CleanText

_CHANGED = frozenset({"\N{REPLACEMENT CHARACTER}", "\N{HORIZONTAL ELLIPSIS}"})
"""What stands in a cleaned text for something that was there."""


class OperationId(StrEnum):
    """The operations, in the order in which the clone carries them out."""

    AGENTS = "agents"
    """Enrolments and identities of agents: mesh networks, subscriptions, domains."""
    FSTAB = "fstab"
    """Entries of fstab that wait for what a new instance does not have."""
    ACCOUNTS = "accounts"
    """Accounts of people, with their groups, sudo rules, mail and cron tables."""
    PASSWORDS = "passwords"  # the name of an operation
    """Passwords of accounts that stay: locked."""
    HOMES = "homes"
    ROOT_HOME = "root-home"
    KEPT_HOMES = "kept-homes"
    """Of homes that are kept: keys, histories, and the secrets that were found."""
    DIRECTORIES = "directories"
    """The directories that the page names: /mnt, /tmp, and /var/tmp with them."""
    SECRETS = "secrets"
    """What the rules about secrets found outside the homes."""
    SPOOLS = "spools"
    """Mail, jobs of cron and at, core dumps, reports of crashes."""
    BACKUPS = "backups"
    """Copies that editors and tools left of accounts and settings."""
    CACHES = "caches"
    NETWORK = "network"
    """Leases, client ids, addresses of cards, what cloud-init wrote of the network."""
    SYSTEM_FILES = "system-files"
    """The page's system files: only the lines of people and of the site."""
    HOST_KEYS = "host-keys"
    IDENTITIES = "identities"
    """Names by which one machine is known: iSCSI, NVMe, host id, engines; random seeds and the host name."""
    CLOUD_INIT = "cloud-init"
    LOGS = "logs"
    MACHINE_ID = "machine-id"
    """Emptied in place, and D-Bus's copy linked to it."""


class TargetAction(StrEnum):
    """What becomes of a target."""

    ACCOUNT = "account"
    """The account of that name goes."""
    LOCK = "lock"
    """The password of that account is locked."""
    REMOVE = "remove"
    """The file or tree goes."""
    EMPTY = "empty"
    """Everything in the directory goes; it stays itself, with owner, mode and label."""
    RENEW = "renew"
    """As EMPTY; then what a new home has is copied into it: of /etc/skel, or for root what its packages bring."""
    STRIP = "strip"
    """Of a home that is kept: its .ssh and its histories go."""
    TRUNCATE = "truncate"
    """The content goes; the file stays, with owner, mode and label."""
    LINES = "lines"
    """Only the lines with these numbers go."""
    COMMENT = "comment"
    """Only the lines with these numbers are commented out."""


class SealTarget(Frozen):
    """One thing that an operation is about."""

    action: TargetAction
    name: CleanText
    """An account's name, or an absolute path, exactly as it is in the guest: others are refused when planning."""
    lines: tuple[int, ...] = ()
    """Numbers of lines, from 1; of LINES and COMMENT alone."""
    must_read: CleanText = ""
    """Of COMMENT: the first two fields of that line, by which the clone sees that it is the one that was meant."""


class SealOperation(Frozen):
    """One operation: what goes by it, and why."""

    id: OperationId
    title: CleanText
    reasons: tuple[CleanText, ...] = ()
    """Ids of rules and numbers of sentences of the page (`S31`) that ask for it."""
    targets: tuple[SealTarget, ...] = ()
    """What it names; empty where the clone finds by itself what there is (host keys, logs)."""
    files: int | None = None
    """How many files go, as far as the inspection counted them."""
    size_kib: int | None = None


class KeptThing(Frozen):
    """Something that stays although the page would have it go."""

    path: CleanText
    why: CleanText = ""
    owner: CleanText = ""
    """The account whose home it is."""


class FreeSpace(Frozen):
    """The free space of the root disk, which holds what was deleted before.

    It is overwritten with zeros only where a token is still seen on the raw disk after it was given back.
    """

    size_kib: int
    seconds: int
    """About how long it takes to overwrite it, and to read the disk once more."""


class SealPlan(Frozen):
    """All that a seal does, agreed to before the run begins."""

    operations: tuple[SealOperation, ...]
    kept: tuple[KeptThing, ...] = ()
    impossible: tuple[CleanText, ...] = ()
    """What cannot be done, a sentence each; the user is told, and nothing of it is claimed afterwards."""
    refusals: tuple[CleanText, ...] = ()
    """Why this instance cannot be sealed at all, a sentence each; then no run begins."""
    accounts: tuple[CleanText, ...] = ()
    """All accounts of people and of root that the inspection saw, kept ones too: the clone stops at another one."""
    homes: tuple[CleanText, ...] = ()
    """All homes that the inspection saw, as paths; so too."""
    units: tuple[CleanText, ...] = ()
    """All enabled units that the inspection saw; so too."""
    mask: tuple[CleanText, ...] = ()
    """Units that must not start in the clone: agents that would call home with the source's identity."""
    free_space: FreeSpace | None = None
    """None where the inspection did not tell how full the disk is."""

    @property
    def digest(self) -> str:
        """Of operations and names, never of sizes and counts: what the user agrees to. 64 hexadecimal digits."""
        return hashlib.sha256("\n".join(self._agreed()).encode()).hexdigest()

    def _agreed(self) -> Iterator[str]:
        for operation in self.operations:
            yield f"operation {operation.id.value}"
            for target in operation.targets:
                yield f"{target.action.value}\t{target.name}\t{','.join(map(str, target.lines))}"
        for word, names in (("account", self.accounts), ("home", self.homes), ("unit", self.units)):
            yield from (f"{word} {name}" for name in sorted(names))
        yield from (f"kept {each.path}" for each in self.kept)

    @property
    def unfit_names(self) -> tuple[str, ...]:
        """Targets whose names cannot be handed to the clone as they are: the cleaning of texts has changed them."""
        names = (target.name for operation in self.operations for target in operation.targets)
        return tuple(name for name in names if _CHANGED & set(name))

    def operation(self, wanted: OperationId) -> SealOperation | None:
        """One operation, if the plan has it."""
        return next((each for each in self.operations if each.id is wanted), None)
