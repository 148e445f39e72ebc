"""Reading what a test instance of a sealed image has found on its own disk, over its two boots."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from imaging.guest.seal_proof import of_names, read_proof_report
from imaging.runs.core.step_context import CancelRequested
from imaging.runs.test_instance.errands import names_of
from imaging.runs.test_instance.seal import proof_watch
from imaging.runs.test_instance.seal.proof_watch import read_proof
from models.run.kind import RunKind
from models.run.record import Owned, OwnedKind, OwnedRole
from models.seal.plan import SealPlan
from models.seal.report import SealedImageReport
from tests.guest.seal_proof.proving import NONCE
from tests.guest.seal_proof.test_proof_report import console
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext, TooLongError
from tests.runs.test_instance.conftest import NewContext

PROOF = "@@imaging-proof"
ONE = console("searched 12\nboot 1\nmachine-id 01234567\n")
BOTH = console("searched 12\nboot 1\nmachine-id 01234567\nboot 2\nmachine-id 01234567\n")
UP = "Cloud-init v. 24.1 finished at Mon. Datasource DataSourceOpenStack [net].  Up 9 s\n"


def line(rest: str) -> str:
    return f"{PROOF} {NONCE} {rest}\n"


class Stage:
    """A sealed run whose test instance, for which `db-07` stands, shows what a test wants at each moment."""

    def __init__(self, ctx: MemoryContext, world: HeldWorld) -> None:
        self.ctx, self.world, self.shown = ctx, world, ""
        world.db.metadata["imaging.marker"] = NONCE
        ctx.change(
            owned=(Owned(kind=OwnedKind.SERVER, id=DB),),
            plan=ctx.run.plan.model_copy(update={"seal": SealPlan(operations=())}),
        )

    def shows(self, text: str, after: float = 0) -> None:
        """It prints something more, after so many seconds."""

        def print_it() -> None:
            self.shown += text
            self.world.hook("console", text=self.shown, match="db-07")

        self.world.later(after, print_it) if after else print_it()

    async def read(self) -> tuple[SealedImageReport | None, float]:
        """What is in the journal afterwards, and how many seconds that took."""
        began = self.world.clock.monotonic()
        await read_proof(self.ctx)
        return self.ctx.run.sealed_image_report, self.world.clock.monotonic() - began

    def expected(self, text: str) -> SealedImageReport:
        return of_names(read_proof_report(text, nonce=NONCE), names_of(self.ctx.run.plan))


@pytest.fixture
def stage(new_context: NewContext, world: HeldWorld, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Its report is read in this process; a confined one reads it in its own tests."""

    async def read_here(text: str, *, nonce: str, now: datetime) -> SealedImageReport:
        assert now == world.clock.now()
        return read_proof_report(text, nonce=nonce)

    monkeypatch.setattr(proof_watch, "read_proof_confined", read_here)
    world.clock.shortest = 10  # between two readings
    return Stage(new_context(kind=RunKind.SEALED), world)


async def test_without_a_test_instance_nothing_is_read(stage: Stage) -> None:
    stage.ctx.change(owned=(Owned(kind=OwnedKind.SERVER, id=DB, role=OwnedRole.CLONE),))
    assert await stage.read() == (None, 0)
    assert list(stage.ctx.folder.glob("*.log")) == []


async def test_the_report_of_both_boots_is_written_down(stage: Stage) -> None:
    stage.shows(BOTH)
    report, seconds = await stage.read()
    assert report == stage.expected(BOTH)
    assert seconds == 0
    assert (stage.ctx.folder / "proof-console.log").read_text() == BOTH


async def test_after_the_first_boot_the_second_is_waited_for(stage: Stage) -> None:
    stage.shows(UP + ONE)
    stage.shows(BOTH + line("ended"), after=100)
    report, seconds = await stage.read()
    assert report == stage.expected(BOTH)
    assert 100 <= seconds < 115
    assert "what it found is whole: 1 pieces" in stage.ctx.phases


@pytest.fixture
def five_minutes(monkeypatch: pytest.MonkeyPatch, world: HeldWorld) -> list[int]:
    """So long a proof may take; the sizes of disks for which that was asked."""
    asked: list[int] = []

    def noted(disk_gib: int) -> int:
        asked.append(disk_gib)
        return 300

    monkeypatch.setattr(proof_watch, "seconds_for", noted)
    world.clock.shortest = 30
    return asked


async def test_a_second_boot_that_never_tells_leaves_what_the_first_one_told(
    stage: Stage, five_minutes: list[int]
) -> None:
    stage.shows(UP + ONE)
    report, seconds = await stage.read()
    assert report == stage.expected(ONE)
    assert 300 <= seconds < 360
    assert five_minutes == [stage.world.db.flavor.disk]


async def test_one_that_is_never_silent_is_given_the_time_of_its_boot_as_well(
    stage: Stage, five_minutes: list[int]
) -> None:
    stage.shows(line("began"))
    for seconds in range(25, 1000, 25):
        stage.shows(line("progress searching"), after=seconds)
    report, took = await stage.read()
    assert report is None
    limit = stage.ctx.profile.patience.test_limit_seconds + 300
    assert limit <= took < limit + 60
    assert len(five_minutes) == 1


async def test_one_that_has_not_begun_is_given_two_minutes_behind_its_boot(stage: Stage) -> None:
    stage.shows(UP)
    report, seconds = await stage.read()
    assert report is None
    assert 120 <= seconds < 140


@pytest.mark.usefixtures("five_minutes")
async def test_what_is_waited_for_in_vain_is_named(stage: Stage) -> None:
    stage.shows(line("began"))
    fault = {"computeFault": {"code": 503, "message": "no"}}
    stage.world.later(20, lambda: stage.world.answer("GET", rf"/servers/{DB}$", fault, status=503))
    with pytest.raises(TooLongError, match=r"^the proof of the seal$"):
        await read_proof(stage.ctx)


async def test_how_far_it_is_is_told(stage: Stage) -> None:
    stage.shows(line("began"))
    stage.shows(line("progress vda 40 %"), after=10)
    stage.shows(BOTH, after=20)
    await stage.read()
    told = [phase for phase in stage.ctx.phases if not phase.startswith("console: ")]
    assert told[:2] == ["the test instance searches its own disk", "searching: vda 40 %"]


async def test_why_it_gave_up_is_written_down(stage: Stage) -> None:
    stage.shows(line("failed no tool"))
    report, seconds = await stage.read()
    assert report is not None
    assert report.trouble == "no tool"
    assert seconds == 0


async def test_what_it_told_before_counts_more_than_why_it_gave_up(stage: Stage) -> None:
    stage.shows(UP + ONE + line("failed no tool"))
    report, _seconds = await stage.read()
    assert report == stage.expected(ONE)


async def test_what_is_no_report_is_said_once_and_the_next_one_read(stage: Stage) -> None:
    spoilt = console("", head="hello\n")
    stage.shows(UP + spoilt)
    stage.shows("noise\n", after=10)
    stage.shows(line("ended"), after=20)
    assert (await stage.read())[0] is None
    said = [phase for phase in stage.ctx.phases if "report" in phase]
    assert len(said) == 2  # once as it came, once more when it was said to have ended


async def test_a_flavor_that_does_not_tell_its_disk_is_taken_for_a_common_one(
    stage: Stage, five_minutes: list[int]
) -> None:
    stage.world.db.flavor = replace(stage.world.db.flavor, disk=0)
    stage.shows(BOTH)
    await stage.read()
    assert five_minutes == [20]


async def test_the_console_is_kept_although_the_runner_ends(stage: Stage) -> None:
    stage.shows("noise\n")
    stage.ctx.cancelled = True
    with pytest.raises(CancelRequested):
        await read_proof(stage.ctx)
    assert (stage.ctx.folder / "proof-console.log").exists()
