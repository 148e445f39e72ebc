"""The plan of a seal: all operations in their order, what is kept, what cannot be done, and why there is no seal."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside, inside_or_none
from imaging.guidelines.rule import UnreadError
from imaging.guidelines.sealing.foreseen import foreseen
from imaging.guidelines.sealing.found_files import agent_operations, secret_operations
from imaging.guidelines.sealing.free_space import free_space
from imaging.guidelines.sealing.keeping import Keeping, keeping
from imaging.guidelines.sealing.people import People, account_operations, cannot_be_done, home_operations, people
from imaging.guidelines.sealing.refusals import refusals
from imaging.guidelines.sealing.system import (
    ENABLED,
    directory_operations,
    fstab_operations,
    staying_ids,
    system_operations,
)
from imaging.guidelines.tables import seal_masked_units
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import RunRequest
from models.seal.plan import OperationId, SealOperation, SealPlan, TargetAction

_ORDER = tuple(OperationId)
_WHOLE = frozenset({TargetAction.REMOVE, TargetAction.EMPTY, TargetAction.RENEW})
_TREES = frozenset({OperationId.HOMES, OperationId.ROOT_HOME, OperationId.DIRECTORIES})


def plan_seal(facts: InstanceFacts, profile: Profile, request: RunRequest) -> SealPlan:
    """What a seal of this instance's clone does.

    Args:
        facts: with the inspection that it is planned from; without one there is nothing but refusals.
        profile: the guidelines.
        request: what is to be kept.
    """
    refused = refusals(facts)
    try:
        plan = _planned(facts, profile, request)
        return plan.model_copy(update={"refusals": refused or tuple(foreseen(facts, profile, plan))})
    except UnreadError as error:
        why = refused or (f"What a seal has to remove is not known: {error.fact.unknown_because}. Inspect it again.",)
        return SealPlan(operations=(), refusals=why)


def _planned(facts: InstanceFacts, profile: Profile, request: RunRequest) -> SealPlan:
    accounts = inside(facts, parts.accounts)
    kept = keeping(request, accounts.people)
    who = people(facts, kept)
    operations = tuple(_operations(facts, profile, who, kept))
    impossible = (*cannot_be_done(facts, who, kept), *staying_ids(facts))
    services = inside_or_none(facts, parts.services)
    return SealPlan(
        operations=operations,
        kept=kept.things,
        impossible=impossible,
        accounts=tuple(sorted(each.name for each in accounts.accounts)),
        homes=tuple(sorted(each.path.rstrip("/") for each in inside(facts, parts.directories).homes)),
        units=tuple(sorted(each.name for each in services.units if each.enabled in ENABLED)) if services else (),
        mask=seal_masked_units(),
        free_space=free_space(facts),
    )


def _operations(facts: InstanceFacts, profile: Profile, who: People, kept: Keeping) -> Iterator[SealOperation]:
    named = [
        *agent_operations(facts, profile, kept),
        *fstab_operations(facts, profile),
        *account_operations(who),
        *home_operations(facts, who, kept),
        *directory_operations(facts, profile, kept),
    ]
    trees = [
        target.name
        for operation in named
        if operation.id in _TREES
        for target in operation.targets
        if target.action in _WHOLE
    ]
    named += secret_operations(facts, profile, kept, trees)
    named += system_operations(facts)
    yield from sorted(named, key=lambda operation: _ORDER.index(operation.id))
