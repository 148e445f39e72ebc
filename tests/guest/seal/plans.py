"""Plans for a tree of Debian 12: of single targets, of whole operations, of all of them."""

from __future__ import annotations

from models.seal.plan import OperationId, SealPlan, SealTarget, TargetAction
from tests.guest.seal.sealing import plan, target

PEOPLE = ("root", "debian", "alice", "bruno")
HOMES = ("/home/debian", "/home/alice", "/home/bruno")


def plan_of(*targets: tuple[OperationId, TargetAction, str], **values: object) -> SealPlan:
    """A plan of single targets for a tree of Debian 12."""
    wanted: dict[OperationId, tuple[SealTarget, ...]] = {}
    for operation, action, name in targets:
        wanted[operation] = (*wanted.get(operation, ()), target(action, name))
    known = {"accounts": PEOPLE, "homes": HOMES, "units": ("survey.service",), **values}
    return plan(wanted, **known)


EMPTY_ALICE = plan_of((OperationId.HOMES, TargetAction.EMPTY, "/home/alice"))


def plan_of_all(*operations: OperationId) -> SealPlan:
    """Operations that name nothing themselves."""
    return plan(dict.fromkeys(operations, ()), accounts=PEOPLE, homes=HOMES, units=("survey.service",))


def everything() -> SealPlan:
    """All operations, on a tree of Debian 12."""
    wanted: dict[OperationId, tuple[SealTarget, ...]] = dict.fromkeys(OperationId, ())
    made = plan_of(
        (OperationId.HOMES, TargetAction.REMOVE, "/home/alice"),
        (OperationId.HOMES, TargetAction.RENEW, "/home/debian"),
        (OperationId.ROOT_HOME, TargetAction.RENEW, "/root"),
        (OperationId.DIRECTORIES, TargetAction.EMPTY, "/var/tmp"),
        (OperationId.ACCOUNTS, TargetAction.ACCOUNT, "alice"),
    )
    return plan(
        {**wanted, **{each.id: each.targets for each in made.operations}},
        accounts=PEOPLE,
        homes=HOMES,
        units=("survey.service",),
    )
