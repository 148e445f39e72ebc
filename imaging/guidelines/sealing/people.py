"""Operations on accounts of people and their homes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside, inside_or_none
from imaging.guidelines.guest.storage import is_below
from imaging.guidelines.sealing.keeping import Keeping
from models.formatting import counted
from models.guest.accounts import Account, PasswordState
from models.guest.directories import Directories
from models.guidelines.facts import InstanceFacts
from models.seal.plan import OperationId, SealOperation, SealTarget, TargetAction

_HOME_USE = "User's home"
"""The probe's word for a unit that runs as an account with that home (`PathUse.how`)."""
_OF_THE_SYSTEM = frozenset({
    "/", "/home", "/media", "/mnt", "/nonexistent", "/opt", "/root", "/srv", "/tmp", "/var", "/var/empty", "/var/lib",  # noqa: S108  # names of folders in the guest
    "/var/log", "/var/spool", "/var/tmp",  # noqa: S108  # the same
})  # fmt: skip
"""What an account may call its home, and what is never anybody's alone."""
_SYSTEM_TREES = ("/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr")
_LEFT_BY_MKFS = "lost+found"
ROOT = "root"


@dataclass(frozen=True)
class People:
    """Who goes, and who stays without a way in."""

    going: tuple[Account, ...]
    serving: tuple[Account, ...]
    """As whom something of the system runs: they stay, their passwords locked, their homes emptied."""
    default: tuple[Account, ...]
    """cloud-init's default user, whose account each new instance has anyway; its home is made as new."""
    kept: tuple[Account, ...]
    root: tuple[Account, ...]


def people(facts: InstanceFacts, keeping: Keeping) -> People:
    """Sort the accounts.

    Raises:
        UnreadError: the accounts could not be read.
    """
    accounts = inside(facts, parts.accounts)
    serving_homes = _homes_of_units(facts)
    going, serving, default, kept = [], [], [], []
    for each in accounts.people:
        if each.name in keeping.names:
            kept.append(each)
        elif each.name == accounts.default_user:
            default.append(each)
        elif each.home.rstrip("/") in serving_homes:
            serving.append(each)
        else:
            going.append(each)
    root = tuple(each for each in accounts.accounts if each.name == ROOT)
    return People(tuple(going), tuple(serving), tuple(default), tuple(kept), root)


def _homes_of_units(facts: InstanceFacts) -> frozenset[str]:
    uses = inside_or_none(facts, parts.path_uses) or ()
    return frozenset(each.path.rstrip("/") for each in uses if each.how == _HOME_USE)


def account_operations(who: People) -> Iterator[SealOperation]:
    """Accounts that go, and passwords that are locked."""
    if who.going:
        yield SealOperation(
            id=OperationId.ACCOUNTS,
            title="Accounts of people, with their groups, sudo rules, mail and cron tables",
            reasons=("S37", "S43", "S45", "SYS-PASSWD"),
            targets=tuple(SealTarget(action=TargetAction.ACCOUNT, name=each.name) for each in who.going),
        )
    staying = (*who.root, *who.default, *who.serving, *who.kept)
    locked = tuple(each for each in staying if each.password is not PasswordState.LOCKED)
    if locked:
        yield SealOperation(
            id=OperationId.PASSWORDS,
            title="Passwords of accounts that stay: locked",
            reasons=("S45", "SYS-SHADOW"),
            targets=tuple(SealTarget(action=TargetAction.LOCK, name=each.name) for each in locked),
        )


def home_operations(facts: InstanceFacts, who: People, keeping: Keeping) -> Iterator[SealOperation]:
    """Homes that go, homes that are made as new, and what goes of homes that are kept.

    Raises:
        UnreadError: the directories could not be read.
    """
    directories = inside(facts, parts.directories)
    targets = tuple(_home_targets(directories, who, keeping))
    if targets:
        yield SealOperation(
            id=OperationId.HOMES,
            title="Homes",
            reasons=("S31", "S54", "S55", "S57", "DATA-HOME", "DATA-DESKTOP"),
            targets=targets,
            **_sums(directories, [target.name for target in targets]),
        )
    if not keeping.keeps("/root"):
        yield SealOperation(
            id=OperationId.ROOT_HOME,
            title="Home of root",
            reasons=("S34", "S48", "DATA-ROOT"),
            targets=(SealTarget(action=TargetAction.RENEW, name="/root"),),
            **_sums(directories, ["/root"]),
        )
    if who.kept:
        yield SealOperation(
            id=OperationId.KEPT_HOMES,
            title="Of homes that are kept: keys, histories, and the secrets that were found",
            reasons=("SEC-AUTHKEYS", "SEC-HISTORY"),
            targets=tuple(SealTarget(action=TargetAction.STRIP, name=home) for home in keeping.homes),
        )


def _home_targets(directories: Directories, who: People, keeping: Keeping) -> Iterator[SealTarget]:
    renewed = {each.home.rstrip("/") for each in who.default}
    emptied = {each.home.rstrip("/") for each in who.serving}
    for each in directories.homes:
        path = each.path.rstrip("/")
        name = path.rpartition("/")[2]
        if each.separate or name == _LEFT_BY_MKFS or path in keeping.homes or keeping.keeps(path):
            continue
        if path in renewed:
            yield SealTarget(action=TargetAction.RENEW, name=path)
        elif path in emptied:
            yield SealTarget(action=TargetAction.EMPTY, name=path)
        elif not is_of_the_system(path):
            yield SealTarget(action=TargetAction.REMOVE, name=path)


def is_of_the_system(path: str) -> bool:
    """Whether a directory belongs to the system, although an account calls it its home."""
    return path in _OF_THE_SYSTEM or not path.startswith("/") or any(is_below(path, tree) for tree in _SYSTEM_TREES)


def _sums(directories: Directories, paths: Iterable[str]) -> dict[str, int]:
    found = [each for path in paths if (each := directories.at(path)) is not None]
    return {"files": sum(each.own_files for each in found), "size_kib": sum(each.size_kib for each in found)}


def cannot_be_done(facts: InstanceFacts, who: People, keeping: Keeping) -> Iterator[str]:
    """What of the people stays, a sentence each.

    Raises:
        UnreadError: the accounts could not be read.
    """
    for each in who.serving:
        yield f"A service runs as {each.name}: the account stays, its password locked and its home emptied."
    for each in who.going:
        if is_of_the_system(each.home.rstrip("/") or "/"):
            yield f"The home of {each.name} is {each.home or 'not told'}, which belongs to the system: it stays."
    for name in keeping.unknown:
        yield f"There is no account {name} whose home could be kept."
    going = {each.name for each in who.going}
    for orphans in inside(facts, parts.accounts).orphans:
        if orphans.owner in going:
            yield (
                f"{counted(orphans.count, 'file')} of {orphans.owner} outside homes stay, without an owner: "
                f"{orphans.example}."
            )
