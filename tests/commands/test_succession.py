"""`imaging succession`: what changed between images that follow each other, and what becomes of the older one."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.login.resolution import resolve_cloud
from imaging.democloud.seed import names
from imaging.guidelines.lineage.succession import links
from imaging.runtime.clock import SystemClock
from models.cloud.image import WORKS, WORKS_ABOUT, Image
from tests.support.demo import DemoCloud

OLDER, NEWER = names.image_id("astro-base/1"), names.image_id("astro-base/2")
INSTANCES = {"method": "GET", "path": "/compute/.*/servers/detail"}


def with_cloud(work: Any) -> Any:
    async def call() -> Any:
        cloud = await connect(await resolve_cloud("demo", ask=None), SystemClock())
        try:
            return await work(cloud)
        finally:
            await cloud.close()

    return asyncio.run(call())


def link(works: str = "yes") -> None:
    async def note(cloud: Any) -> None:
        of_older, of_newer = links(OLDER, NEWER)
        await cloud.images.update_image(OLDER, properties=of_older)
        await cloud.images.update_image(NEWER, properties={**of_newer, WORKS: works, WORKS_ABOUT: NEWER})

    with_cloud(note)


def image(image_id: str) -> Image:
    async def read(cloud: Any) -> Image:
        found: Image = await cloud.images.image(image_id)
        return found

    read_image: Image = with_cloud(read)
    return read_image


def is_listed(image_id: str) -> bool:
    async def ids(cloud: Any) -> set[str]:
        return {each.id async for page in cloud.images.images() for each in page}

    return image_id in with_cloud(ids)


def succession(imaging: Any, *arguments: str) -> Any:
    return imaging("--os-cloud", "demo", "succession", *arguments)


def test_an_image_that_follows_none_says_so(imaging, demo_cloud: DemoCloud):
    done = succession(imaging, NEWER)
    assert done.status == 0
    assert "It follows no image." in done.out
    assert "No image follows it." in done.out


def test_what_changed_is_told_for_people_and_for_scripts(imaging, demo_cloud: DemoCloud):
    link()
    done = succession(imaging, NEWER)
    assert f"It follows astro-base ({OLDER})." in done.out
    assert "test launch: booted, now not noted" in done.out
    assert "packages:" in done.out
    written = json.loads(succession(imaging, NEWER, "--json").out)
    assert (written["schema"], written["follows"]["id"], written["followed_by"]) == (
        "imaging.succession/1",
        OLDER,
        None,
    )
    change = written["change"]
    assert (change["unknown_because"], change["not_compared"]) == (None, [])
    assert {each["name"] for each in change["changed"]} >= {"base-files"}


def test_an_image_that_it_followed_and_that_is_gone_is_said(imaging, demo_cloud: DemoCloud):
    link()
    with_cloud(lambda cloud: cloud.images.delete_image(OLDER))
    assert f"It follows {OLDER}, which is gone." in succession(imaging, NEWER).out


def test_no_pipeline_finds_a_command_in_the_name_of_an_image(imaging, demo_cloud: DemoCloud):
    with_cloud(lambda cloud: cloud.images.update_image(NEWER, name="::error::x ##[y]"))
    done = succession(imaging, NEWER)
    assert ": :error::x # #[y]" in done.out
    assert not [line for line in done.out.splitlines() if line.lstrip().startswith("::") or "##[" in line]


class TestHiding:
    def test_the_older_one_is_hidden_and_shown_again(self, imaging, demo_cloud: DemoCloud):
        link()
        done = succession(imaging, OLDER, "--hide")
        assert (done.status, image(OLDER).hidden) == (0, True)
        assert f"imaging succession {OLDER} --unhide" in done.err
        assert succession(imaging, OLDER, "--unhide").status == 0
        assert not image(OLDER).hidden

    @pytest.mark.parametrize("word", ["no", "partly"])
    def test_it_is_not_hidden_before_the_new_one_is_proved_to_work(self, imaging, demo_cloud: DemoCloud, word):
        link(word)
        done = succession(imaging, OLDER, "--hide")
        assert (done.status, image(OLDER).hidden) == (2, False)
        assert "is not noted to work" in done.err


class TestDeleting:
    def test_it_goes_by_its_name(self, imaging, demo_cloud: DemoCloud):
        link()
        done = succession(imaging, OLDER, "--delete", "--confirm", "astro-base")
        assert done.status == 0, done.err
        assert "Instances of other projects cannot be seen" in done.err
        assert not is_listed(OLDER)
        assert is_listed(NEWER)

    @pytest.mark.parametrize("name", ["astro", "ASTRO-BASE", ""])
    def test_another_name_deletes_nothing(self, imaging, demo_cloud: DemoCloud, name):
        link()
        done = succession(imaging, OLDER, "--delete", "--confirm", name)
        assert done.status == 2
        assert is_listed(OLDER)

    def test_without_a_terminal_and_a_name_nothing_is_deleted(self, imaging, demo_cloud: DemoCloud):
        link()
        done = succession(imaging, OLDER, "--delete")
        assert (done.status, is_listed(OLDER)) == (2, True)
        assert "--confirm NAME" in done.err

    def test_an_image_that_none_follows_is_not_deleted(self, imaging, demo_cloud: DemoCloud):
        done = succession(imaging, NEWER, "--delete", "--confirm", "astro-base")
        assert (done.status, is_listed(NEWER)) == (2, True)
        assert "No image follows it." in done.err

    def test_why_it_is_not_offered_is_told(self, imaging, demo_cloud: DemoCloud):
        link("partly")
        assert "is not proved to work" in succession(imaging, OLDER).out
        written = json.loads(succession(imaging, OLDER, "--json").out)
        assert [each["code"] for each in written["forbids_deletion"]] == ["successor not proved"]


@pytest.mark.parametrize("options", [("--hide", "--unhide"), ("--hide", "--delete"), ("--confirm", "astro-base")])
def test_options_that_contradict_each_other_are_refused(imaging, demo_cloud: DemoCloud, options):
    assert succession(imaging, OLDER, *options).status == 2


class TestFollowing:
    def plan(self, imaging: Any, *options: str) -> Any:
        return imaging(
            "--os-cloud", "demo", "create", "web-01", "--name", "astro-base-3", "--description", "x" * 50, "--plan",
            "--uninspected", "a test", *options,
        )  # fmt: skip

    def test_a_likely_older_image_is_suggested_by_its_name(self, imaging, demo_cloud: DemoCloud):
        assert f"say so (--succeeds {NEWER}" in " ".join(self.plan(imaging).out.split())

    def test_the_plan_says_what_is_noted_and_hidden_and_when(self, imaging, demo_cloud: DemoCloud):
        told = " ".join(self.plan(imaging, "--succeeds", NEWER, "--hide-older").out.split())
        assert f"it follows astro-base ({NEWER})." in told
        assert "hidden from lists once the new one is proved to work" in told
        assert "say so" not in told

    @pytest.mark.parametrize(
        "options, why",
        [
            (("--hide-older",), "--hide-older needs an image"),
            (("--succeeds", "Featured-Ubuntu24"), "belongs to another project"),
            (("--succeeds", "nothing-of-this-name"), "nothing-of-this-name"),
            (("--succeeds", NEWER, "--hide-older", "--no-test"), "--no-test"),
        ],
    )
    def test_what_cannot_be_followed_is_refused_before_anything_is_done(self, imaging, demo_cloud, options, why):
        done = self.plan(imaging, *options)
        assert done.status == 2
        assert why in done.err

    def test_an_image_that_another_one_follows_already_is_not_followed_again(self, imaging, demo_cloud: DemoCloud):
        link()
        done = self.plan(imaging, "--succeeds", OLDER)
        assert done.status == 2
        assert f"Name that one, astro-base ({NEWER})" in " ".join(done.err.split())
