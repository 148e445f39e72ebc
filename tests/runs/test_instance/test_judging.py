"""What a run hands to the judge of whether its image works: from its journal, its plan and the cloud."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.democloud.seed import names
from imaging.guest.works.login_key import unusable_public_key
from imaging.guidelines.works.judge import Tested
from imaging.runs.test_instance.works import judging
from imaging.runs.test_instance.works.judging import works_verdict
from models.cloud.image import Image
from models.cloud.key_pair import KeyPair
from models.image_file.image_format import ImageFormat
from models.run.file_plan import FilePlan
from models.run.kind import RunKind
from models.run.request import RunRequest
from models.seal.plan import SealPlan
from models.verdict import Strength, Verdict, VerdictWord
from models.works.report import KeySeen, WorksBoot, WorksReport
from models.works.test_file import TestFile, WorkTests
from models.works.verdict import WorksVerdict, WorksWord
from tests.guidelines.guest_building import guest_fact
from tests.runs.image.things import add_image
from tests.runs.steps.held_world import DB, HeldWorld
from tests.runs.steps.memory_context import MemoryContext
from tests.runs.test_instance.conftest import NewContext
from tests.support.known import present

GIB = 1024**3
YES = WorksVerdict(word=WorksWord.YES)
FORBIDDEN = {"forbidden": {"code": 403, "message": "no"}}


@pytest.fixture
def handed(monkeypatch: pytest.MonkeyPatch) -> list[Tested]:
    """What the judge was asked; how it judges is tested with the guidelines."""
    asked: list[Tested] = []

    def noted(tested: Tested) -> WorksVerdict:
        asked.append(tested)
        return YES

    monkeypatch.setattr(judging, "judge", noted)
    return asked


def plan(ctx: MemoryContext, request: dict[str, Any] | None = None, **planned: Any) -> None:
    wanted = RunRequest(**{"name": "postgres", **(request or {})})
    ctx.change(plan=ctx.run.plan.model_copy(update={"request": wanted, **planned}))


async def judged(ctx: MemoryContext, handed: list[Tested], **given: Any) -> Tested:
    assert await works_verdict(ctx, None, **{"no_twin_because": "", **given}) is YES
    return handed[-1]


class TestFromTheJournal:
    async def test_what_was_told_and_seen_is_handed_on(self, ctx: MemoryContext, handed: list[Tested]) -> None:
        second = Verdict(word=VerdictWord.FAILED)
        report = WorksReport(boots=(WorksBoot(number=1),), second_boot=second)
        twin, boot = WorksReport(trouble="x"), Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)
        ctx.change(works_report=report, twin_report=twin, verdict=boot)
        tested = await judged(ctx, handed, no_twin_because="no room", source_seconds=9.5)
        assert (tested.report, tested.second_boot, tested.twin, tested.boot) == (report, second, twin, boot)
        assert (tested.no_twin_because, tested.source_boot_seconds) == ("no room", 9.5)

    async def test_where_nothing_was_told_nothing_is_known(self, ctx: MemoryContext, handed: list[Tested]) -> None:
        tested = await judged(ctx, handed)
        assert (tested.report, tested.second_boot, tested.boot, tested.source) == (None, None, None, None)
        assert (tested.flavor_disk_bytes, tested.image_disk_bytes, tested.source_boot_seconds) == (None, None, None)

    @pytest.mark.parametrize("test, twins", [(True, False), (False, True)])
    async def test_what_was_asked_for_is_handed_on(
        self, ctx: MemoryContext, handed: list[Tested], *, test: bool, twins: bool
    ) -> None:
        tests, guest = WorkTests(files=(TestFile(name="a.sh", text="x"),)), guest_fact()
        plan(ctx, {"test": test, "twins": twins, "keep_homes": ("ada",), "work_tests": tests}, guest=guest)
        tested = await judged(ctx, handed)
        assert (tested.wanted, tested.twins_wanted, tested.tests) == (test, twins, tests)
        assert (tested.kept_homes, tested.source) == (frozenset({"ada"}), guest.value)


class TestFromTheKind:
    @pytest.mark.parametrize(
        "kind, source, file, known",
        [
            (RunKind.CREATE, True, False, True),
            (RunKind.IMPORT, False, True, True),
            (RunKind.SEAL, False, False, True),
            (RunKind.VERIFY, False, False, False),
        ],
    )
    async def test_whether_there_is_something_that_it_was_made_of(
        self, new_context: NewContext, handed: list[Tested], kind: RunKind, *, source: bool, file: bool, known: bool
    ) -> None:
        ctx = new_context(kind=kind)
        given = FilePlan(path="/disk.raw", name="disk.raw", work_dir="/", target=ImageFormat.RAW) if file else None
        planned = {"source": ctx.run.plan.source if source else None, "file": given}
        ctx.change(plan=ctx.run.plan.model_copy(update=planned))
        assert (await judged(ctx, handed)).has_source is known

    @pytest.mark.parametrize(
        "kind, noted, sealed, keeps",
        [
            (RunKind.CREATE, None, False, True),
            (RunKind.SEALED, None, True, False),
            (RunKind.VERIFY, None, False, False),
            (RunKind.VERIFY, "sealed", True, False),
            (RunKind.VERIFY, "not sealed", False, False),
        ],
    )
    async def test_whether_it_is_sealed_and_may_keep_the_id_of_its_source(
        self,
        new_context: NewContext,
        world: HeldWorld,
        handed: list[Tested],
        kind: RunKind,
        noted: str | None,
        *,
        sealed: bool,
        keeps: bool,
    ) -> None:
        ctx = new_context(kind=kind, image_id="image-1")
        seal = SealPlan(operations=())
        plan(ctx, seal=seal)
        note = {"imaging.sealed": noted, "imaging.sealed.image": "image-1"} if noted else {}
        add_image(world, properties={"image_type": "", **note})
        tested = await judged(ctx, handed)
        assert (tested.sealed, tested.keeps_machine_id) == (sealed, keeps)
        assert tested.seal == (seal if kind is RunKind.SEALED else None)

    @pytest.mark.parametrize("kind_of_image, keeps", [("snapshot", True), ("", False)])
    async def test_a_verified_snapshot_is_the_plain_disk_of_an_instance(
        self, new_context: NewContext, world: HeldWorld, handed: list[Tested], kind_of_image: str, *, keeps: bool
    ) -> None:
        ctx = new_context(kind=RunKind.VERIFY, image_id="image-1")
        add_image(world, properties={"image_type": kind_of_image})
        assert (await world.cloud.images.image("image-1")).is_snapshot is keeps
        assert (await judged(ctx, handed)).keeps_machine_id is keeps


class TestFromTheCloud:
    async def test_the_image_tells_its_own_disk(
        self, ctx: MemoryContext, handed: list[Tested], world: HeldWorld, base: Image
    ) -> None:
        add_image(world, min_disk=7)
        ctx.change(image_id="image-1")
        assert (await judged(ctx, handed)).image_disk_bytes == 7 * GIB
        world.records.images["image-1"].min_disk = 0
        world.records.images["image-1"].size = 0
        assert (await judged(ctx, handed)).image_disk_bytes is None
        ctx.change(image_id=None, plan=ctx.run.plan.model_copy(update={"image": base}))
        assert present((await judged(ctx, handed)).image_disk_bytes) > 0

    async def test_an_image_that_cannot_be_read_tells_nothing(self, ctx: MemoryContext, handed: list[Tested]) -> None:
        ctx.change(image_id="gone")
        tested = await judged(ctx, handed)
        assert (tested.image_disk_bytes, tested.sealed) == (None, False)

    async def test_the_flavor_tells_its_root_disk(
        self, ctx: MemoryContext, handed: list[Tested], world: HeldWorld
    ) -> None:
        server = await world.cloud.compute.instance(DB)

        async def bytes_of(**changed: Any) -> int | None:
            flavor = server.flavor.model_copy(update=changed)
            await works_verdict(ctx, server.model_copy(update={"flavor": flavor}), no_twin_because="")
            return handed[-1].flavor_disk_bytes

        tiny = names.flavor_id("m3.tiny")
        world.records.flavors[tiny].disk = 33
        assert await bytes_of() == present(server.flavor.disk_gib) * GIB
        assert await bytes_of(disk_gib=0) is None
        assert await bytes_of(disk_gib=None, id=tiny) == 33 * GIB
        assert await bytes_of(disk_gib=None, id="unknown") is None
        world.answer("GET", "/flavors", FORBIDDEN, status=403)
        assert await bytes_of(disk_gib=None, id=tiny) is None


class TestKeyOfTheRun:
    """The key pair with which a failed test instance is to be kept says nothing of the image."""

    PAIRS = tuple(KeyPair(name=name, public_key=unusable_public_key(name)) for name in ("others", "ada-laptop"))
    OTHER, OURS = (KeySeen(account="ubuntu", fingerprint=pair.fingerprint) for pair in PAIRS)

    @pytest.fixture
    def told(self, ctx: MemoryContext, world: HeldWorld) -> MemoryContext:
        boots = (WorksBoot(number=1, keys=(self.OURS, self.OTHER)), WorksBoot(number=2, keys=None))
        ctx.change(works_report=WorksReport(boots=boots))
        shown = [{"keypair": {"name": pair.name, "public_key": pair.public_key}} for pair in self.PAIRS]
        world.answer("GET", "/os-keypairs", {"keypairs": shown})
        return ctx

    async def test_it_is_left_out_of_what_was_told(self, told: MemoryContext, handed: list[Tested]) -> None:
        plan(told, {"keep_failed_key": "ada-laptop"})
        boots = present((await judged(told, handed)).report).boots
        assert [boot.keys for boot in boots] == [(self.OTHER,), None]

    @pytest.mark.parametrize("key", ["", "a key pair that is gone"])
    async def test_where_there_is_none_all_are(
        self, told: MemoryContext, handed: list[Tested], world: HeldWorld, key: str
    ) -> None:
        world.here.front.calls.clear()
        plan(told, {"keep_failed_key": key})
        assert (await judged(told, handed)).report == told.run.works_report
        assert bool([line for line in world.here.front.calls if "keypairs" in line["path"]]) is bool(key)

    async def test_where_key_pairs_cannot_be_read_all_are(
        self, told: MemoryContext, handed: list[Tested], world: HeldWorld
    ) -> None:
        world.here.front.faults.clear()
        world.answer("GET", "/os-keypairs", FORBIDDEN, status=403)
        plan(told, {"keep_failed_key": "ada-laptop"})
        assert (await judged(told, handed)).report == told.run.works_report
