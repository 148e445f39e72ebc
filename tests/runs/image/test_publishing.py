"""Who may see an image: as planned, and only once it has been seen to boot, or the user insists."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.democloud.records.image import Member
from imaging.runs.steps.publish import publish, why_not
from models.cloud.image import PUBLISHED, PUBLISHED_ABOUT, ImageData
from models.errors import ImagingError, RunError
from models.findings import AskedFor, Checklist, Finding, Outcome, Severity
from models.run.intent import IntentAction
from models.run.kind import RunKind
from models.run.request import Attestation, RunRequest, Visibility, Waiver
from models.seal.verdict import SealVerdict, SealWord
from models.verdict import Strength, Verdict, VerdictWord
from models.works.verdict import WorksVerdict, WorksWord
from tests.runs.image.things import add_image, intended
from tests.runs.steps.held_world import HeldWorld
from tests.runs.steps.memory_context import MemoryContext

BOOTED = Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)
FAILED = Verdict(word=VerdictWord.FAILED)
REFUSED = "403 Forbidden: no"


def ask(ctx: MemoryContext, *findings: Finding, verdict: Verdict | None = BOOTED, **request: Any) -> MemoryContext:
    """What the user wants, and what the test launch came to."""
    wanted = RunRequest(**{"name": "postgres", "visibility": Visibility.COMMUNITY, **request})
    checklist = Checklist(profile="test", findings=findings) if findings else None
    plan = ctx.run.plan.model_copy(update={"request": wanted, "checklist": checklist})
    ctx.change(plan=plan, verdict=verdict, image_id="image-1")
    return ctx


def question(rule: str, asked_for: AskedFor | None = AskedFor.BEFORE_PUBLISHING, **fields: Any) -> Finding:
    asked = Finding(
        rule=rule,
        chapter="c",
        title="t",
        outcome=Outcome.UNKNOWN,
        severity=Severity.ASK,
        evidence="",
        asked_for=asked_for,
    )
    return asked.model_copy(update=fields)


async def test_as_planned_everybody_may_see_it(ctx: MemoryContext, world: HeldWorld) -> None:
    image = add_image(world)
    result = await publish(ask(ctx))
    assert (result.note, result.skipped) == ("community", False)
    assert image.visibility == "community"
    assert (image.properties[PUBLISHED], image.properties[PUBLISHED_ABOUT]) == ("community", "image-1")
    assert intended(ctx) == [(IntentAction.SET_VISIBILITY, "community")]


async def test_done_again_it_asks_for_nothing(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world, visibility="community")
    assert (await publish(ask(ctx))).note == "community"
    assert (intended(ctx), world.calls) == ([], [])


async def test_the_image_that_it_follows_is_named_as_well(ctx: MemoryContext, world: HeldWorld) -> None:
    add_image(world)
    older = world.new_image("older", "astro-base-1", {})
    assert (await publish(ask(ctx, succeeds=older))).note == "community; follows astro-base-1"


async def test_a_private_one_stays_private(ctx: MemoryContext, world: HeldWorld) -> None:
    image = add_image(world)
    result = await publish(ask(ctx, visibility=Visibility.PRIVATE))
    assert (result.note, result.skipped) == ("stays private, as planned", True)
    assert image.visibility == "private"


@pytest.mark.parametrize(
    "verdict,what", [(None, "nothing"), (FAILED, "failed"), (Verdict(word=VerdictWord.NOT_TESTED), "not tested")]
)
async def test_what_was_not_seen_to_boot_stays_private(
    ctx: MemoryContext, world: HeldWorld, verdict: Verdict | None, what: str
) -> None:
    image = add_image(world)
    result = await publish(ask(ctx, verdict=verdict))
    assert (result.note, result.skipped) == (f"not published, stays private: the test launch came to: {what}", True)
    assert (image.visibility, world.calls) == ("private", [])


GOOD = Verdict(word=VerdictWord.BOOTED, strength=Strength.GOOD)


@pytest.mark.parametrize(
    "verdict, is_published",
    [
        (BOOTED, True),
        (GOOD.model_copy(update={"has_address": True, "has_default_route": True}), True),
        (GOOD.model_copy(update={"has_address": True, "has_default_route": False}), False),
        (GOOD.model_copy(update={"has_address": True}), False),
        (GOOD, False),
        (Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC), False),
    ],
)
async def test_an_image_is_published_only_if_its_network_was_seen(
    ctx: MemoryContext, world: HeldWorld, verdict: Verdict, is_published: bool
) -> None:
    image = add_image(world)
    result = await publish(ask(ctx, verdict=verdict))
    assert image.visibility == ("community" if is_published else "private")
    assert is_published or "without an address and a default route seen" in result.note


@pytest.mark.parametrize("strength, said", [(Strength.GOOD, "booted (good)"), (None, "booted")])
def test_how_surely_it_booted_is_said(ctx: MemoryContext, strength: Strength | None, said: str) -> None:
    reason = why_not(ask(ctx, verdict=Verdict(word=VerdictWord.BOOTED, strength=strength)).run)
    assert reason == f"the test launch came to: {said}, without an address and a default route seen"


@pytest.mark.parametrize("word", [WorksWord.YES, WorksWord.PARTLY, WorksWord.NOT_ASKED])
def test_what_is_unknown_of_its_work_does_not_hinder(ctx: MemoryContext, word: WorksWord) -> None:
    ask(ctx).change(works=WorksVerdict(word=word))
    assert why_not(ctx.run) is None


def test_one_that_does_not_work_stays_private_unless_its_name_is_repeated(ctx: MemoryContext) -> None:
    works = WorksVerdict(word=WorksWord.NO, failed=("mounts", "licence.sh (boot 1)"))
    ask(ctx).change(works=works)
    assert "mounts, licence.sh (boot 1)" in (why_not(ctx.run) or "")
    ask(ctx, publish_unverified=True).change(works=works)
    assert why_not(ctx.run) is None


@pytest.mark.parametrize("failed, said", [((), "no"), (("mounts",), "no (mounts)")])
def test_what_failed_of_its_checks_is_named_where_that_is_known(
    ctx: MemoryContext, failed: tuple[str, ...], said: str
) -> None:
    ask(ctx).change(works=WorksVerdict(word=WorksWord.NO, failed=failed))
    assert why_not(ctx.run) == f"its checks and tests came to: {said}"


class TestSealed:
    @pytest.mark.parametrize(
        "word, said", [(None, "not proven"), (SealWord.NOT_SEALED, "not sealed"), (SealWord.UNKNOWN, "unknown")]
    )
    def test_one_whose_seal_is_not_proven_stays_private_unless_that_is_waived(
        self, ctx: MemoryContext, word: SealWord | None, said: str
    ) -> None:
        verdict = SealVerdict(word=word) if word else None
        ask(ctx).change(kind=RunKind.SEALED, seal_verdict=verdict)
        assert why_not(ctx.run) == f"the seal came to: {said} (or waive PROP-VISIBILITY)"
        waived = Waiver(rule="PROP-VISIBILITY", reason="it is for us alone")
        ask(ctx, waivers=(waived,)).change(kind=RunKind.SEALED, seal_verdict=verdict)
        assert why_not(ctx.run) is None

    def test_one_whose_seal_is_proven_is_published(self, ctx: MemoryContext) -> None:
        ask(ctx).change(kind=RunKind.SEALED, seal_verdict=SealVerdict(word=SealWord.SEALED))
        assert why_not(ctx.run) is None


async def test_an_image_that_was_changed_meanwhile_is_not_published(ctx: MemoryContext, world: HeldWorld) -> None:
    image = add_image(world, os_hash_value="replaced")
    ask(ctx).change(image_data=ImageData(image_id="image-1", content_hash="original"))
    with pytest.raises(RunError, match="was changed while the run was under way: its hash"):
        await publish(ctx)
    assert image.visibility == "private"


@pytest.mark.parametrize("verdict", [None, FAILED])
async def test_who_insists_gets_it_published_all_the_same(
    ctx: MemoryContext, world: HeldWorld, verdict: Verdict | None
) -> None:
    image = add_image(world)
    await publish(ask(ctx, verdict=verdict, publish_unverified=True))
    assert image.visibility == "community"


class TestQuestions:
    def test_what_is_to_be_confirmed_before_publishing_hinders_it(self, ctx: MemoryContext) -> None:
        reason = why_not(ask(ctx, question("A"), question("B")).run)
        assert reason == "please confirm A, B (--attest A)"

    def test_what_was_confirmed_or_answered_or_asked_for_something_else_does_not(self, ctx: MemoryContext) -> None:
        others = (
            question("A"),
            question("B", AskedFor.BEFORE_RUN),
            question("C", None),
            question("D", outcome=Outcome.PASS),
        )
        assert why_not(ask(ctx, *others, attestations=(Attestation(rule="A"),)).run) is None
        assert why_not(ask(ctx, *others, attestations=(Attestation(rule="B"),)).run) is not None

    def test_without_a_checklist_nothing_is_asked(self, ctx: MemoryContext) -> None:
        assert why_not(ask(ctx).run) is None

    def test_a_user_who_insists_still_has_to_confirm(self, ctx: MemoryContext) -> None:
        assert why_not(ask(ctx, question("A"), verdict=None, publish_unverified=True).run) is not None


class TestSharing:
    def shared(self, ctx: MemoryContext, *members: str) -> MemoryContext:
        return ask(ctx, visibility=Visibility.SHARED, members=members)

    async def test_each_project_is_added_after_the_visibility(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world)
        result = await publish(self.shared(ctx, "p-1", "p-2"))
        assert result.note == "shared with 2 projects, which must still accept"
        assert (image.visibility, set(image.members)) == ("shared", {"p-1", "p-2"})
        assert intended(ctx) == [
            (IntentAction.SET_VISIBILITY, "shared"),
            (IntentAction.SHARE_IMAGE, "p-1"),
            (IntentAction.SHARE_IMAGE, "p-2"),
        ]

    async def test_one_is_one_project(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)
        assert (await publish(self.shared(ctx, "p-1"))).note == "shared with 1 project, which must still accept"

    async def test_without_projects_it_is_only_shareable(self, ctx: MemoryContext, world: HeldWorld) -> None:
        add_image(world)
        assert (await publish(self.shared(ctx))).note == "shared"

    async def test_projects_belong_to_a_shared_image_alone(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world)
        assert (await publish(ask(ctx, members=("p-1",)))).note == "community"
        assert image.members == {}

    async def test_one_that_was_added_before_is_not_added_again_and_the_next_one_is(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world, visibility="shared")
        image.members["p-1"] = Member("p-1", world.records.now(), world.records.now())
        await publish(self.shared(ctx, "p-1", "p-2"))
        assert intended(ctx) == [(IntentAction.SHARE_IMAGE, "p-2")]
        assert set(image.members) == {"p-1", "p-2"}

    async def test_one_that_became_a_member_meanwhile_is_one(self, ctx: MemoryContext, world: HeldWorld) -> None:
        image = add_image(world, visibility="shared")
        world.fault("add_member", status=409, body="Image member already exists")
        await publish(self.shared(ctx, "p-1", "p-2"))
        assert set(image.members) == {"p-2"}


class TestTrouble:
    async def test_a_cloud_that_does_not_allow_it_is_said_with_what_else_can_be_done(
        self, ctx: MemoryContext, world: HeldWorld
    ) -> None:
        image = add_image(world)
        world.fault("update_image", status=403, body="<h1>no</h1>")
        with pytest.raises(RunError, match="does not let you make the image community: ") as refused:
            await publish(ask(ctx))
        assert image.visibility == "private"
        assert "--visibility shared --member PROJECT" in refused.value.remedy
        cause = refused.value.__cause__
        assert isinstance(cause, ImagingError)
        assert refused.value.request_id == cause.request_id
        assert refused.value.request_id

    async def test_without_an_image_there_is_nothing_to_publish(self, ctx: MemoryContext) -> None:
        ask(ctx).change(image_id=None)
        with pytest.raises(RunError, match="no image to publish"):
            await publish(ctx)
