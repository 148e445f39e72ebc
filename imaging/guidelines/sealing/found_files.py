"""Operations on files that rules found: agents' identities, secrets and licence keys outside the homes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from imaging.guidelines import tables
from imaging.guidelines.guest.storage import is_below
from imaging.guidelines.rules.guest.found_files import Found, Rows, search_for
from imaging.guidelines.rules.guest.licence_files import licence_files_found
from imaging.guidelines.sealing.keeping import Keeping
from models.guest.files import Sighting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import Removal
from models.seal.plan import OperationId, SealOperation, SealTarget, TargetAction

_ACTIONS = {
    Removal.FILE: TargetAction.REMOVE,
    Removal.LINES: TargetAction.LINES,
    Removal.CONTENT: TargetAction.TRUNCATE,
}
_KEPT_BY_RULE = "SYS-LDAP"
"""Who a system asks for its accounts is a setting of the site: SYSTEM_FILES sees to it."""


def agent_operations(facts: InstanceFacts, profile: Profile, keeping: Keeping) -> Iterator[SealOperation]:
    """Enrolments that go, by file: what the other side knows of the machine stays there.

    Raises:
        UnreadError: the files were not searched for.
    """
    found = _found(facts, profile, tables.agents, keeping)
    if found:
        yield _operation(OperationId.AGENTS, "Enrolments and identities of agents", found)


def secret_operations(
    facts: InstanceFacts, profile: Profile, keeping: Keeping, emptied: Sequence[str]
) -> Iterator[SealOperation]:
    """Secrets and licence keys that lie where nothing else is emptied.

    Args:
        facts: with the inspection.
        profile: the guidelines.
        keeping: what is to be kept.
        emptied: directories and trees that go as a whole; kept homes are not among them.

    Raises:
        UnreadError: the files were not searched for.
    """
    found = _found(facts, profile, tables.secrets, keeping)
    left = [each for each in found if not any(is_below(each.sighting.path, tree) for tree in emptied)]
    keys = [
        each.sighting
        for each in licence_files_found(facts, profile)[0]
        if each.is_key
        and not keeping.keeps(each.sighting.path)
        and not any(is_below(each.sighting.path, tree) for tree in emptied)
    ]
    if left or keys:
        operation = _operation(OperationId.SECRETS, "Secrets and licence keys in what stays", left)
        yield operation.model_copy(
            update={
                "targets": (*operation.targets, *(_removed(each) for each in keys)),
                "reasons": (*operation.reasons, *(("SW-LICFILES",) if keys else ())),
                "files": (operation.files or 0) + len(keys),
            }
        )


def _found(facts: InstanceFacts, profile: Profile, rows: Rows, keeping: Keeping) -> list[Found]:
    """Everything that the rules of one table found, each path once."""
    by_path: dict[str, Found] = {}
    for rule in dict.fromkeys(row.rule for row in rows(profile)):
        if rule == _KEPT_BY_RULE or rule in profile.disabled_rules:
            continue
        for each in search_for(rule, rows, facts, profile).found:
            if not keeping.keeps(each.sighting.path):
                by_path.setdefault(each.sighting.path, each)
    return [by_path[path] for path in sorted(by_path)]


def _operation(name: OperationId, title: str, found: Sequence[Found]) -> SealOperation:
    return SealOperation(
        id=name,
        title=title,
        reasons=tuple(dict.fromkeys(each.row.rule for each in found)),
        targets=tuple(_target(each) for each in found),
        files=len(found),
        size_kib=sum((each.sighting.size_bytes or 0) for each in found) // 1024,
    )


def _target(found: Found) -> SealTarget:
    action, lines = _ACTIONS[found.row.removal], found.sighting.lines
    if action is TargetAction.LINES and not lines:
        return SealTarget(action=TargetAction.TRUNCATE, name=found.sighting.path)  # no line was told: all of it goes
    return SealTarget(action=action, name=found.sighting.path, lines=lines if action is TargetAction.LINES else ())


def _removed(sighting: Sighting) -> SealTarget:
    return SealTarget(action=TargetAction.REMOVE, name=sighting.path)
