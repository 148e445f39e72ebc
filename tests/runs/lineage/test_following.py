"""A new image follows an older one: both are linked, and the older one is hidden only once the new one works."""

from __future__ import annotations

import json
from typing import Any

import pytest

from imaging.runs.lineage.following import follow
from imaging.runs.steps.publish import publish
from imaging.runs.steps.report import report
from models.run.intent import IntentAction
from models.run.request import Visibility
from models.steps import StepName
from models.verdict import Strength, Verdict, VerdictWord
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.runs.lineage.conftest import Pair

GONE = "0f0e0d0c-0b0a-4a09-8807-060504030201"


async def test_a_run_whose_image_follows_none_changes_nothing(pair: Pair):
    assert await follow(pair.context(succeeds=None)) == ""
    assert pair.patches == 0


async def test_both_images_say_which_one_follows_or_precedes(pair: Pair):
    assert await follow(pair.context()) == "follows astro-base-1"
    assert (await pair.read(pair.older)).noted_newer == pair.newer
    assert (await pair.read(pair.newer)).noted_older == pair.older
    assert not (await pair.read(pair.older)).hidden


@pytest.mark.parametrize("word, about", [(None, ""), ("partly", ""), ("no", ""), ("not asked", ""), ("yes", GONE)])
async def test_the_older_image_is_not_hidden_before_the_new_one_works_on_its_own_id(pair: Pair, word, about):
    if word:
        pair.works(word, about)
    said = await follow(pair.context(hide_older=True))
    assert "not hidden: the new image is not noted to work" in said
    assert not (await pair.read(pair.older)).hidden


async def test_the_older_image_is_hidden_once_the_new_one_works_and_it_is_said_how_to_undo_it(pair: Pair):
    pair.works()
    ctx = pair.context(hide_older=True)
    said = await follow(ctx)
    assert said == (
        f"follows astro-base-1; hidden from lists; `imaging succession {pair.older} --unhide` shows it again"
    )
    assert (await pair.read(pair.older)).hidden
    assert ctx.run.times_intended(IntentAction.HIDE_IMAGE) == 1


async def test_it_is_not_hidden_where_that_was_not_asked(pair: Pair):
    pair.works()
    await follow(pair.context())
    assert not (await pair.read(pair.older)).hidden


async def test_a_runner_that_begins_again_changes_nothing_a_second_time(pair: Pair):
    pair.works()
    await follow(pair.context(hide_older=True))
    asked = pair.patches
    assert "it is hidden" in await follow(pair.context(hide_older=True))
    assert pair.patches == asked


async def test_a_new_image_that_is_not_active_leaves_the_older_one_as_it_is(pair: Pair):
    pair.works()
    pair.change(pair.newer, status="saving")
    assert "is not active" in await follow(pair.context(hide_older=True))
    assert pair.patches == 0


async def test_an_older_image_that_is_gone_is_said_and_fails_nothing(pair: Pair):
    assert await follow(pair.context(succeeds=GONE)) == "the image that it follows is gone"


async def test_an_older_image_of_another_project_is_neither_noted_nor_hidden(pair: Pair):
    pair.works()
    pair.change(pair.older, owner="another", visibility="public")
    said = await follow(pair.context(hide_older=True))
    assert "another project's" in said
    assert "not hidden" in said
    assert (await pair.read(pair.newer)).noted_older == pair.older
    assert (await pair.read(pair.older)).noted_newer is None


async def test_an_older_image_that_another_one_follows_already_keeps_its_note(pair: Pair):
    third = pair.world.new_image("third", "astro-base-1b", {})
    pair.change(pair.older, properties={"imaging.succeeded_by": third, "imaging.succeeded_by.image": pair.older})
    assert "another image follows it already" in await follow(pair.context())
    assert (await pair.read(pair.older)).noted_newer == third


async def test_a_refused_note_is_said_and_fails_nothing(pair: Pair):
    pair.world.fault("update_image", status=403, times=-1)
    assert "could not be noted" in await follow(pair.context())


async def test_the_step_that_publishes_links_a_private_image_too(pair: Pair):
    result = await publish(pair.context())
    assert result.note == "stays private, as planned; follows astro-base-1"


async def test_an_image_that_is_made_visible_says_so_about_itself(pair: Pair):
    ctx = pair.context(visibility=Visibility.COMMUNITY)
    ctx.change(
        verdict=Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG, has_address=True, has_default_route=True)
    )
    await publish(ctx)
    assert (await pair.read(pair.newer)).noted_published == "community"


class TestReport:
    def kept(self, pair: Pair, image_id: str, *packages: tuple[str, str]) -> None:
        found = Inventory(
            packages=tuple(
                InstalledPackage(manager=PackageManager.DPKG, name=name, version=version) for name, version in packages
            )
        )
        pair.context().guests.inventories.write(image_id, found)

    async def test_what_changed_since_the_older_image_is_in_the_report(self, pair: Pair):
        pair.works()
        self.kept(pair, pair.older, ("astropy", "6.0"), ("<b>odd</b>", "1"))
        self.kept(pair, pair.newer, ("astropy", "7.0"), ("nginx", "1.22"))
        ctx = pair.context().at(StepName.REPORT)
        await report(ctx)
        written = (ctx.folder / "report.md").read_text()
        assert "## What changed since astro-base-1, which it follows" in written
        for line in ("1 added, 1 removed, 1 changed", "added: nginx 1.22", "changed: astropy 6.0 to 7.0"):
            assert line in written.replace("\\", "")
        assert "<b>" not in written
        told = json.loads((ctx.folder / "report.json").read_text())["succession"]
        assert (told["older"]["id"], told["newer"]["works"]) == (pair.older, "yes")

    async def test_an_older_image_that_is_gone_leaves_the_rest_of_the_report(self, pair: Pair):
        ctx = pair.context(succeeds=GONE).at(StepName.REPORT)
        await report(ctx)
        assert "What changed since" not in (ctx.folder / "report.md").read_text()

    async def test_packages_that_cannot_be_read_are_unknown_and_never_the_same(self, pair: Pair):
        ctx = pair.context().at(StepName.REPORT)
        await report(ctx)
        assert "packages: unknown, for" in (ctx.folder / "report.md").read_text()


class Killed(BaseException):
    """The runner is gone in this very moment."""


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2, 3])
async def test_a_runner_that_dies_at_any_call_leaves_what_the_next_one_ends(pair: Pair, monkeypatch, moment, call):
    """The notes on the newer and on the older one, and the hiding."""
    pair.works()
    images, calls = pair.world.cloud.images, 0
    update = images.update_image

    async def deadly(*arguments: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == call and moment == "before":
            raise Killed
        answer = await update(*arguments, **options)
        if calls == call:
            raise Killed
        return answer

    monkeypatch.setattr(images, "update_image", deadly)
    with pytest.raises(Killed):
        await follow(pair.context(hide_older=True))
    assert not (await pair.read(pair.older)).hidden or call == 3
    await follow(pair.context(hide_older=True))
    older, newer = await pair.read(pair.older), await pair.read(pair.newer)
    assert (older.hidden, older.noted_newer, newer.noted_older) == (True, newer.id, older.id)
