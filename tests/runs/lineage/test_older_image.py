"""An older image is hidden, shown again, and deleted only where nothing forbids it, read just before."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from imaging.democloud.records.image import Member
from imaging.guidelines.lineage.succession import DeletionHindrance, Hindrance
from imaging.runs.lineage.following import follow
from imaging.runs.lineage.older_image import (
    delete_older,
    deletion_facts,
    hide,
    refuse_to_delete,
    unhide,
    whole_journal,
)
from models.errors import ImagingError, NotFoundError, NotOwnedError, UnreadableRunError, UsageError
from models.run.record import RunRecord
from models.run.request import Visibility
from models.steps import StepName, StepState
from tests.runs.lineage.conftest import Pair
from tests.runs.steps.conftest import make_run

NAME = "astro-base-1"


@pytest_asyncio.fixture(loop_scope="session")
async def linked(pair: Pair) -> Pair:
    pair.works()
    await follow(pair.context())
    return pair


async def codes(pair: Pair, typed: str = NAME, runs: tuple[RunRecord, ...] | None = ()) -> set[Hindrance]:
    found = await delete_older(pair.world.cloud, pair.older, typed, runs)
    return {each.code for each in found}


def is_there(pair: Pair) -> bool:
    image = pair.world.records.images.get(pair.older)
    return image is not None and image.status != "deleted"


async def test_one_that_nothing_forbids_is_deleted_by_its_typed_name(linked: Pair):
    assert await codes(linked) == set()
    assert not is_there(linked)


async def test_another_name_deletes_nothing_whatever_the_caller_has_checked(linked: Pair):
    with pytest.raises(NotOwnedError, match="another name than the one that was typed"):
        await codes(linked, "astro-base-2")
    assert is_there(linked)


@pytest.mark.parametrize(
    "change, code",
    [
        ({"protected": True}, Hindrance.PROTECTED),
        ({"visibility": "community"}, Hindrance.VISIBLE),
        ({"visibility": "shared"}, Hindrance.VISIBLE),
        ({"owner": "another", "visibility": "public"}, Hindrance.NOT_OWN),
    ],
)
async def test_what_somebody_changed_meanwhile_counts(linked: Pair, change: dict[str, Any], code: Hindrance):
    linked.change(linked.older, **change)
    assert code in await codes(linked)
    assert is_there(linked)


async def test_an_image_that_an_instance_of_this_project_uses_stays(linked: Pair):
    linked.world.db.image_id = linked.older
    assert await codes(linked) == {Hindrance.USED}
    assert is_there(linked)


async def test_an_image_whose_users_cannot_be_read_stays(linked: Pair):
    linked.world.answer("GET", "/servers/detail", "no", status=403)
    assert await codes(linked) == {Hindrance.USE_UNKNOWN}
    assert is_there(linked)


@pytest.mark.parametrize("answer", [{"servers": None}, {}, {"servers": {}}, {"servers": "none"}])
async def test_an_answer_without_a_list_of_instances_does_not_say_that_there_are_none(linked: Pair, answer: Any):
    linked.world.answer("GET", "/servers/detail", answer)
    assert await codes(linked) == {Hindrance.USE_UNKNOWN}
    assert is_there(linked)


@pytest.mark.parametrize("image", [{}, {"image": {"id": None}}, {"image": "x"}])
async def test_an_instance_in_a_cell_that_is_down_may_use_it(linked: Pair, image: dict[str, Any]):
    known = {"id": "0a0a", "status": "UNKNOWN", "tenant_id": "p", "links": [], **image}
    linked.world.answer("GET", "/servers/detail", {"servers": [known]})
    assert await codes(linked) == {Hindrance.USE_UNKNOWN}
    assert is_there(linked)


@pytest.mark.parametrize("answer", [{"members": None}, {}, {"members": {}}])
async def test_an_answer_without_a_list_of_members_does_not_say_that_there_are_none(linked: Pair, answer: Any):
    linked.world.answer("GET", "/members$", answer)
    assert await codes(linked) == {Hindrance.HISTORY_UNKNOWN}
    assert is_there(linked)


async def test_an_image_whose_successor_does_not_work_any_more_stays(linked: Pair):
    linked.works("no")
    assert await codes(linked) == {Hindrance.SUCCESSOR_NOT_PROVED}
    assert is_there(linked)


async def test_an_image_whose_successor_is_gone_stays(linked: Pair):
    del linked.world.records.images[linked.newer]
    assert await codes(linked) == {Hindrance.NO_SUCCESSOR}


async def test_an_image_that_was_shared_and_is_private_again_stays(linked: Pair):
    linked.change(linked.older, visibility="shared", members={"theirs": Member("accepted", 0.0, 0.0)})
    assert Hindrance.VISIBLE in await codes(linked)


@pytest.mark.parametrize(
    "state, forbids", [(StepState.DONE, True), (StepState.FAILED, True), (StepState.SKIPPED, False)]
)
async def test_a_run_of_this_machine_that_published_it_forbids_it(linked: Pair, state: StepState, forbids: bool):
    run = make_run(linked.world, visibility=Visibility.COMMUNITY)
    steps = tuple(
        each.model_copy(update={"state": state}) if each.step is StepName.PUBLISH else each for each in run.steps
    )
    run = run.model_copy(update={"image_id": linked.older, "steps": steps})
    facts = await deletion_facts(linked.world.cloud, linked.older, (run,))
    assert facts.published_by_run is forbids


@pytest.mark.parametrize("changes", [{"image_id": "another"}, {"visibility": Visibility.PRIVATE}])
async def test_a_run_that_published_another_image_or_none_forbids_nothing(linked: Pair, changes: dict[str, Any]):
    visibility = changes.pop("visibility", Visibility.COMMUNITY)
    run = make_run(linked.world, visibility=visibility)
    steps = tuple(each.model_copy(update={"state": StepState.DONE}) for each in run.steps)
    run = run.model_copy(update={"image_id": linked.older, "steps": steps, **changes})
    facts = await deletion_facts(linked.world.cloud, linked.older, (run,))
    assert facts.published_by_run is False


async def test_a_journal_that_cannot_be_read_forbids_it(linked: Pair):
    assert await codes(linked, runs=None) == {Hindrance.HISTORY_UNKNOWN}


async def test_one_that_is_gone_already_is_not_found(linked: Pair):
    del linked.world.records.images[linked.older]
    with pytest.raises(NotFoundError):
        await codes(linked)


async def test_a_refusal_of_the_cloud_is_told_with_what_state_things_are_in(linked: Pair):
    linked.world.fault("delete_image", status=409, body="in use")
    with pytest.raises(ImagingError) as told:
        await codes(linked)
    assert f"{NAME} is still there." in told.value.meaning
    assert is_there(linked)


async def test_where_its_state_cannot_be_read_after_a_refusal_that_is_told(linked: Pair, monkeypatch):
    delete = linked.world.cloud.images.delete_older_image

    async def lost(image_id: str, typed_name: str) -> None:
        linked.world.answer("GET", f"/images/{image_id}", "no", status=403)
        await delete(image_id, typed_name)

    monkeypatch.setattr(linked.world.cloud.images, "delete_older_image", lost)
    with pytest.raises(ImagingError) as told:
        await codes(linked)
    assert told.value.meaning.endswith("Whether it was deleted could not be read.")


async def test_all_that_forbids_it_is_told_in_one_error(linked: Pair):
    image = await linked.read(linked.older)
    hindrances = [
        DeletionHindrance(code=Hindrance.PROTECTED, reason="It is protected."),
        DeletionHindrance(code=Hindrance.USED, reason="One instance uses it."),
    ]
    with pytest.raises(UsageError) as told:
        refuse_to_delete(image, hindrances)
    assert told.value.what == "astro-base-1 is not deleted. It is protected. One instance uses it."
    refuse_to_delete(image, ())


async def test_a_lost_answer_to_a_deletion_that_was_done_is_no_error(linked: Pair):
    linked.world.fault("delete_image", drop=True, when="after")
    assert await codes(linked) == set()
    assert not is_there(linked)


async def test_a_journal_with_a_run_that_cannot_be_read_is_not_whole():
    class Kept:
        def __init__(self, *unreadable: UnreadableRunError) -> None:
            self.unreadable_runs = unreadable

        async def runs(self) -> tuple[RunRecord, ...]:
            return ()

    assert await whole_journal(Kept()) == ()
    assert await whole_journal(Kept(UnreadableRunError("r1", "no state"))) is None


class TestHiding:
    async def test_it_is_hidden_and_shown_again(self, linked: Pair):
        assert (await hide(linked.world.cloud, await linked.read(linked.older))).hidden
        assert not (await unhide(linked.world.cloud, await linked.read(linked.older))).hidden

    async def test_an_image_that_none_follows_is_not_hidden(self, linked: Pair):
        with pytest.raises(UsageError, match="No image follows astro-base-2"):
            await hide(linked.world.cloud, await linked.read(linked.newer))

    @pytest.mark.parametrize("word", ["no", "partly"])
    async def test_it_is_not_hidden_where_the_new_one_does_not_work(self, linked: Pair, word: str):
        linked.works(word)
        with pytest.raises(UsageError, match="is not noted to work"):
            await hide(linked.world.cloud, await linked.read(linked.older))
        assert not (await linked.read(linked.older)).hidden

    @pytest.mark.parametrize("act", [hide, unhide])
    async def test_an_image_of_another_project_is_left_as_it_is(self, linked: Pair, act: Any):
        linked.change(linked.older, owner="another", visibility="public")
        with pytest.raises(UsageError, match="another project"):
            await act(linked.world.cloud, await linked.read(linked.older))

    @pytest.mark.parametrize("act, hidden", [(hide, True), (unhide, False)])
    async def test_nothing_is_asked_of_the_cloud_where_it_is_so_already(self, linked: Pair, act: Any, hidden: bool):
        linked.change(linked.older, hidden=hidden)
        before = linked.patches
        assert (await act(linked.world.cloud, await linked.read(linked.older))).hidden is hidden
        assert linked.patches == before

    async def test_where_its_state_cannot_be_read_after_a_refusal_that_is_told(self, linked: Pair):
        image = await linked.read(linked.older)
        linked.change(linked.older, hidden=True)
        linked.world.fault("update_image", status=403)
        linked.world.answer("GET", f"/images/{linked.older}", "no", status=403)
        with pytest.raises(ImagingError) as told:
            await unhide(linked.world.cloud, image.model_copy(update={"hidden": True}))
        assert told.value.meaning.endswith("Whether it is hidden now could not be read.")

    async def test_a_lost_answer_is_no_error_where_it_was_done(self, linked: Pair):
        linked.world.fault("update_image", drop=True, when="after")
        assert (await hide(linked.world.cloud, await linked.read(linked.older))).hidden

    @pytest.mark.parametrize("change, state", [(hide, "shown in"), (unhide, "hidden from")])
    async def test_a_refusal_of_the_cloud_is_told_with_what_state_things_are_in(
        self, linked: Pair, change: Any, state: str
    ) -> None:
        linked.change(linked.older, hidden=change is unhide)
        linked.world.fault("update_image", status=403)
        with pytest.raises(ImagingError) as told:
            await change(linked.world.cloud, await linked.read(linked.older))
        assert f"{NAME} is still {state} lists." in told.value.meaning
