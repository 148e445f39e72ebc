"""What is noted on an image of its work, and what a test instance's own report adds to the verdict on its boot."""

from __future__ import annotations

from datetime import datetime

import pytest

from imaging.runs.test_instance.works import first_boot
from imaging.runs.test_instance.works.first_boot import verdict_with_report
from imaging.runs.test_instance.works.note import withdraw_works, write_works
from models.errors import BadProbeError
from models.verdict import Stage, Strength, Verdict, VerdictWord
from models.works.report import WorksBoot, WorksReport
from models.works.verdict import WorksVerdict, WorksWord
from tests.runs.image.things import add_image
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext

YES = WorksVerdict(word=WorksWord.YES)


class TestNoted:
    async def test_it_names_the_image_that_it_is_about(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world)
        ctx.change(image_id="image-1")
        assert await write_works(ctx, YES) == ""
        assert {key: value for key, value in image.properties.items() if "works" in key} == {
            "imaging.works": "yes",
            "imaging.works.image": "image-1",
            "imaging.works.at": world.clock.now().isoformat(timespec="seconds"),
        }

    async def test_without_an_image_there_is_nothing_to_note_it_on(self, ctx: MemoryContext) -> None:
        assert await write_works(ctx, YES) == "there is no image"

    async def test_why_it_cannot_be_noted_is_told(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)
        ctx.change(image_id="image-1")
        world.fault("update_image", status=403, body="no")
        assert await write_works(ctx, YES) == "you may not change it"

    @pytest.mark.parametrize("word", [None, "not asked"])
    async def test_where_nothing_is_claimed_nothing_is_withdrawn(
        self, ctx: MemoryContext, world: HeldWorld, word: str | None
    ) -> None:
        add_image(world, properties={"imaging.works": word, "imaging.works.image": "image-1"} if word else {})
        assert await withdraw_works(ctx, await world.cloud.images.image("image-1")) is True
        assert world.calls == []

    async def test_what_is_claimed_is_withdrawn_or_it_is_said_that_it_still_stands(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world, properties={"imaging.works": "yes", "imaging.works.image": "image-1"})
        found = await world.cloud.images.image("image-1")
        world.fault("update_image", status=403, body="no")
        assert await withdraw_works(ctx, found) is False
        assert image.properties["imaging.works"] == "yes"
        assert await withdraw_works(ctx, found) is True
        assert (image.properties["imaging.works"], image.properties["imaging.works.image"]) == ("not asked", "image-1")


BASIC = Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC, stage=Stage.LOGIN, reason="A login prompt appeared.")
FIRST = WorksBoot(number=1, has_default_route=True, machine_id_own=True)


class TestFirstBoot:
    """The report is read in this process; a confined one reads it in its own tests."""

    @pytest.fixture
    def asked(self) -> list[tuple[str, str, datetime]]:
        return []

    @pytest.fixture
    def tells(self, monkeypatch: pytest.MonkeyPatch, asked: list[tuple[str, str, datetime]]) -> list[WorksReport]:
        """What is read of the console; nothing that can be read, where nothing is put there."""
        reports: list[WorksReport] = []

        async def read(text: str, *, nonce: str, now: datetime) -> WorksReport:
            asked.append((text, nonce, now))
            if not reports:
                raise BadProbeError("It is no report.")
            return reports[-1]

        monkeypatch.setattr(first_boot, "read_works_confined", read)
        return reports

    async def verdict(self, ctx: MemoryContext, verdict: Verdict = BASIC, nonce: str = "n0nce") -> Verdict:
        return await verdict_with_report(ctx, verdict, "console", nonce)

    @pytest.mark.parametrize("own", [True, False, None])
    async def test_a_report_with_a_default_route_makes_it_as_strong_as_the_marker_would(
        self, ctx: MemoryContext, tells: list[WorksReport], asked: list[tuple[str, str, datetime]], own: bool | None
    ) -> None:
        second = WorksBoot(number=2, has_default_route=False)
        tells.append(WorksReport(boots=(second, FIRST.model_copy(update={"machine_id_own": own}))))
        assert await self.verdict(ctx) == Verdict(
            word=VerdictWord.BOOTED,
            strength=Strength.STRONG,
            stage=Stage.MARKER,
            reason="The test instance told what it found after its first boot, with a default route.",
            has_address=True,
            has_default_route=True,
            has_own_machine_id=own,
        )
        assert asked == [("console", "n0nce", ctx.clock.now())]

    @pytest.mark.parametrize(
        "boots",
        [
            (),
            (FIRST.model_copy(update={"number": 2}),),
            (FIRST.model_copy(update={"has_default_route": False}),),
            (FIRST.model_copy(update={"has_default_route": None}),),
        ],
    )
    async def test_a_report_that_does_not_show_one_changes_nothing(
        self, ctx: MemoryContext, tells: list[WorksReport], boots: tuple[WorksBoot, ...]
    ) -> None:
        tells.append(WorksReport(boots=boots))
        assert await self.verdict(ctx) is BASIC

    async def test_nor_does_what_is_no_report(self, ctx: MemoryContext, tells: list[WorksReport]) -> None:
        assert tells == []
        assert await self.verdict(ctx) is BASIC

    @pytest.mark.parametrize(
        "changed, nonce",
        [
            ({}, ""),
            ({"strength": Strength.STRONG}, "n0nce"),
            ({"word": VerdictWord.FAILED, "strength": None}, "n0nce"),
            ({"word": VerdictWord.INCONCLUSIVE, "strength": None}, "n0nce"),
        ],
    )
    async def test_where_it_could_add_nothing_it_is_not_read(
        self,
        ctx: MemoryContext,
        tells: list[WorksReport],
        asked: list[tuple[str, str, datetime]],
        changed: dict[str, object],
        nonce: str,
    ) -> None:
        tells.append(WorksReport(boots=(FIRST,)))
        verdict = BASIC.model_copy(update=changed)
        assert await self.verdict(ctx, verdict, nonce) is verdict
        assert asked == []
