"""Claims, locks and attachments of others on instances that a run could take for its own."""

from __future__ import annotations

import pytest

from imaging.runs.journal.journal import Journal
from imaging.runs.ownership.table import ActedOn, Pointer
from imaging.runs.service import RunService
from imaging.runs.source.claim_keys import encode_claim
from imaging.runs.source.claim_lifecycle import delete_claim_keys
from imaging.runs.steps import STEPS
from imaging.runs.steps.compensation import release_claim
from imaging.runs.steps.restore import restore
from imaging.runtime.paths import Paths
from models.errors import ClaimLostError, NeedsUserError, NotOwnedError, RunError
from models.run.claim import Claim
from models.steps import StepName
from tests.acceptance.plain import PlainApi
from tests.runs.hostile.registry import points_at_ours
from tests.runs.hostile.stage import COMPUTE, PROFILE, Stage
from tests.support.known import present

UNTIL_DETACHED = (StepName.UNLOCK, StepName.CLAIM, StepName.STOP, StepName.DETACH)


def _write(stage: Stage, api: PlainApi, name: str, metadata: dict[str, str]) -> None:
    api.post(f"{COMPUTE}/servers/{stage.demo.server_id(name)}/metadata", {"metadata": metadata})


def _act(stage: Stage, api: PlainApi, name: str, action: dict[str, object]) -> None:
    api.post(f"{COMPUTE}/servers/{stage.demo.server_id(name)}/action", action)


def _as_seen(stage: Stage, name: str) -> dict[str, object]:
    return stage.ada.instance_as_seen(stage.demo.server_id(name))


@points_at_ours(ActedOn.CLAIM, Pointer.COPIED_CLAIM)
@points_at_ours(ActedOn.DETACHING, Pointer.COPIED_CLAIM)
@points_at_ours(ActedOn.ATTACHING, Pointer.COPIED_CLAIM)
@points_at_ours(ActedOn.POWER, Pointer.COPIED_CLAIM)
async def a_claim_copied_to_another_instance_puts_neither_of_them_back(stage: Stage) -> None:
    """`imaging undo web-01` with a key `imaging.claim.0` there, in a journal with a run of db-07 whose id begins so."""
    await stage.begin("db-07")
    await stage.do(*UNTIL_DETACHED)
    run = stage.run
    assert run.claim is not None
    copied = encode_claim(run.claim.model_copy(update={"run_id": run.id[:1]}))
    _write(stage, stage.grace, "web-01", copied)
    before = (_as_seen(stage, "db-07"), _as_seen(stage, "web-01"))
    service = RunService(Paths.below(stage.folder), stage.clock)
    journal = Journal(Paths.below(stage.folder).journal, stage.clock)
    try:
        await journal.create(run, PROFILE)
        with pytest.raises(NotOwnedError, match="not about this instance"):
            await service.find_claim(stage.cloud, stage.demo.server_id("web-01"))
        forged = run.claim.model_copy(update={"instance_id": stage.demo.server_id("web-01")})
        with pytest.raises(NotOwnedError, match="which is about db-07"):
            await service.run_of_claim(forged)
    finally:
        await journal.close()
        await service.close()
    assert (_as_seen(stage, "db-07"), _as_seen(stage, "web-01")) == before


@points_at_ours(ActedOn.CLAIM, Pointer.NAME)
async def the_claim_of_a_run_whose_id_begins_like_ours_stays(stage: Stage) -> None:
    await stage.begin("db-07")
    await stage.do(StepName.CLAIM)
    claim = stage.run.claim
    assert claim is not None
    theirs = encode_claim(claim.model_copy(update={"run_id": f"{stage.run.id}0"}))
    _write(stage, stage.grace, "db-07", theirs)
    await delete_claim_keys(stage.ctx, stage.run.id)
    metadata = stage.ada.server(stage.demo.server_id("db-07"))["metadata"]
    assert theirs.items() <= metadata.items()
    assert not [key for key in metadata if key.startswith("imaging.claim.") and key not in theirs]


async def _restored_by_another_machine(stage: Stage) -> None:
    """The run went on after the back-up of its state directory was taken, and is over by now."""
    known_until = stage.clock.now()
    await stage.do(StepName.RESTORE)
    await stage.clock.sleep(3600)
    stage.ctx.change(claim=_as_before(stage.run.claim), instance_restored=None, undo_requested=True)
    stage.ctx.unwatched = (known_until, stage.clock.now())


def _as_before(claim: Claim | None) -> Claim:
    assert claim is not None
    return claim.model_copy(update={"released": False})


@points_at_ours(ActedOn.CLAIM, Pointer.OLD_JOURNAL)
@points_at_ours(ActedOn.ATTACHING, Pointer.OLD_JOURNAL)
@points_at_ours(ActedOn.POWER, Pointer.OLD_JOURNAL)
async def an_instance_that_its_users_have_stopped_and_changed_since_an_old_journal(stage: Stage) -> None:
    await stage.begin("db-07")
    await stage.do(*UNTIL_DETACHED)
    await _restored_by_another_machine(stage)
    _act(stage, stage.grace, "db-07", {"os-stop": None})

    async def stopped() -> bool:
        return (await stage.cloud.compute.instance(stage.demo.server_id("db-07"))).status == "SHUTOFF"

    await stage.until(stopped)
    stage.ctx.unwatched = (present(stage.ctx.unwatched)[0], stage.clock.now())
    before = _as_seen(stage, "db-07")
    for _attempt in range(2):  # who asks once more is told the same: by then the journal is as old as the first try
        with pytest.raises(ClaimLostError, match="has been changed since this journal"):
            await restore(stage.ctx.at(StepName.RESTORE))
        stage.ctx.unwatched = (stage.clock.now(), stage.clock.now())
    assert _as_seen(stage, "db-07") == before


@points_at_ours(ActedOn.LOCK, Pointer.OLD_JOURNAL)
async def an_instance_that_its_users_have_unlocked_since_an_old_journal(stage: Stage) -> None:
    await stage.begin("archive-gw")
    await stage.do(StepName.UNLOCK)
    known_until = stage.clock.now()
    await stage.clock.sleep(3600)
    _act(stage, stage.grace, "archive-gw", {"lock": {"locked_reason": "an hour of quiet"}})
    _act(stage, stage.grace, "archive-gw", {"unlock": None})
    await stage.clock.sleep(5)
    stage.ctx.unwatched = (known_until, stage.clock.now())
    await release_claim(stage.ctx)
    assert _as_seen(stage, "archive-gw")["locked"] is False


@points_at_ours(ActedOn.LOCK, Pointer.NAME)
async def a_lock_that_a_colleague_has_set_meanwhile(stage: Stage) -> None:
    await stage.begin("db-07")
    await stage.do(*UNTIL_DETACHED, StepName.LOCK)
    _act(stage, stage.grace, "db-07", {"unlock": None})
    _act(stage, stage.grace, "db-07", {"lock": {"locked_reason": "imaging run other on x; to restore it: ask Grace"}})
    before = _as_seen(stage, "db-07")
    with pytest.raises(NeedsUserError, match="Somebody else has locked the instance"):
        await restore(stage.ctx.at(StepName.RESTORE))
    assert _as_seen(stage, "db-07") == before


@points_at_ours(ActedOn.DETACHING, Pointer.ATTACHMENT)
async def a_volume_that_a_colleague_attaches_after_the_claim_stays_attached(stage: Stage) -> None:
    await stage.begin("db-07")
    await stage.do(StepName.UNLOCK, StepName.CLAIM, StepName.STOP)
    theirs = stage.volume_of(stage.grace, "results")
    server_id = stage.demo.server_id("db-07")
    await stage.attached_by(stage.grace, server_id, theirs)
    before = stage.ada.attached(server_id)
    with pytest.raises(RunError, match="attached to the instance after the claim"):
        await STEPS[StepName.DETACH](stage.ctx.at(StepName.DETACH))
    assert stage.ada.attached(server_id) == before
