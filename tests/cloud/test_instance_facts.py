"""The facts about one instance, also where other reads fail; and finding it by name."""

from __future__ import annotations

from typing import Any

import pytest

from imaging.cloud.instance_facts import find_image, find_instance, gather_facts, refresh_facts
from models.errors import ForbiddenError, NotFoundError, UsageError
from models.run.request import RunRequest
from tests.cloud.scripted import PROJECT, Reply
from tests.support.known import known, present

SERVER = "/compute/v2.1/servers/i-1"
SERVERS = "/compute/v2.1/servers/detail"
VOLUMES = f"/volume/v3/{PROJECT}"
UUID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def rows(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"id": one, "name": name} for one, name in pairs]


@pytest.fixture
def project(scripted):
    """An instance with one volume, and all that belongs to it."""
    scripted.on("GET", SERVER, {"server": {"id": "i-1", "name": "db-07", "status": "ACTIVE", "image": {"id": "base"}}})
    scripted.on(
        "GET", f"{SERVER}/os-volume_attachments", {"volumeAttachments": [{"volumeId": "v", "device": "/dev/vdb"}]}
    )
    scripted.on("GET", "/compute/v2.1/flavors/detail", {"flavors": [{"id": "f"}]})
    scripted.on("GET", "/compute/v2.1/limits", {"limits": {"absolute": {"maxServerMeta": 128}}})
    scripted.on("GET", f"{VOLUMES}/limits", {"limits": {}})
    scripted.on("GET", f"{VOLUMES}/volumes/v", {"volume": {"id": "v", "name": "pgdata", "status": "in-use"}})
    scripted.on("GET", "/image/v2/images", {"images": [{"id": "base", "name": "Featured-Ubuntu24"}]})
    return scripted


async def test_everything_is_read_with_its_time(project, cloud, clock):
    request = RunRequest(name="n")
    facts = await gather_facts(cloud, "i-1", clock, request=request)
    assert known(facts.instance).name == "db-07"
    assert [one.volume_id for one in known(facts.attachments)] == ["v"]
    assert [one.name for one in known(facts.volumes)] == ["pgdata"]
    assert known(facts.base_image).name == "Featured-Ubuntu24"
    assert [one.id for one in known(facts.flavors)] == ["f"]
    assert known(facts.quota).metadata_items == 128
    assert known(facts.login).user_name == "ada"
    assert facts.has_cinder
    assert facts.request is request
    assert facts.instance.read_at == facts.volumes.read_at == clock.now()


async def test_what_fails_beside_the_instance_is_unknown_and_says_why(project, cloud, clock):
    refused = Reply(403, {"forbidden": {"message": "Policy doesn't allow it."}})
    project.on("GET", f"{SERVER}/os-volume_attachments", refused)
    project.on("GET", "/image/v2/images", Reply(500))
    project.on("GET", "/image/v2/images/base", refused)
    facts = await gather_facts(cloud, "i-1", clock)
    for fact in (facts.attachments, facts.volumes, facts.base_image, facts.images):
        assert not fact.known
    assert "Policy doesn't allow it" in present(facts.attachments.unknown_because)
    assert facts.flavors.known


async def test_without_cinder_the_volumes_are_unknown_and_the_attachments_are_not(project, enter, clock):
    project.services = ("compute", "image", "network")
    facts = await gather_facts(await enter(project.url), "i-1", clock)
    assert not facts.has_cinder
    assert facts.volumes.unknown_because == "this cloud has no volume service"
    assert facts.attachments.known


async def test_a_base_image_that_is_gone_is_known_to_be_none(project, cloud, clock):
    project.on("GET", "/image/v2/images", {"images": []})
    facts = await gather_facts(cloud, "i-1", clock)
    assert facts.base_image.known
    assert facts.base_image.value is None


async def test_a_volume_that_cinder_does_not_show_is_left_out(project, cloud, clock):
    project.on("GET", f"{VOLUMES}/volumes/v", Reply(404))
    assert (await gather_facts(cloud, "i-1", clock)).volumes.value == ()


@pytest.mark.parametrize("status,kind", [(404, NotFoundError), (403, ForbiddenError)])
async def test_without_the_instance_itself_there_are_no_facts(project, cloud, clock, status, kind):
    project.on("GET", SERVER, Reply(status))
    with pytest.raises(kind):
        await gather_facts(cloud, "i-1", clock)


async def test_a_checklist_is_refreshed_with_two_calls(project, cloud, clock):
    facts = await gather_facts(cloud, "i-1", clock)
    project.calls.clear()
    clock.turn(5)
    fresh = await refresh_facts(cloud, facts, clock)
    assert len(project.calls) == 2
    assert fresh.instance.read_at == clock.now() != facts.instance.read_at
    assert fresh.volumes == facts.volumes


async def test_a_volume_that_went_is_noticed_by_a_refresh(project, cloud, clock):
    facts = await gather_facts(cloud, "i-1", clock)
    project.on("GET", f"{SERVER}/os-volume_attachments", {"volumeAttachments": []})
    fresh = await refresh_facts(cloud, facts, clock)
    assert (fresh.attachments.value, fresh.volumes.value) == ((), ())


class TestFinding:
    async def test_an_id_is_read_directly(self, scripted, cloud):
        scripted.on("GET", f"/compute/v2.1/servers/{UUID}", {"server": {"id": UUID, "name": "x"}})
        assert (await find_instance(cloud, UUID)).id == UUID
        assert len(scripted.calls) == 1

    async def test_a_name_is_searched_for_in_the_list(self, scripted, cloud):
        scripted.on("GET", SERVERS, {"servers": rows(("a", "db-07"), ("b", "db-070"))})
        assert (await find_instance(cloud, "db-07")).id == "a"

    async def test_a_name_that_looks_like_an_id_is_found_too(self, scripted, cloud):
        scripted.on("GET", SERVERS, {"servers": rows(("a", UUID))})
        assert (await find_instance(cloud, UUID)).id == "a"

    async def test_a_hostile_name_is_found_by_what_it_was_made_with_and_by_what_is_shown(self, scripted, cloud):
        scripted.on("GET", SERVERS, {"servers": rows(("a", "[/red]\x1b[2J"))})
        assert (await find_instance(cloud, "[/red]\x1b[2J")).id == "a"
        assert (await find_instance(cloud, "[/red]")).id == "a"

    async def test_several_of_one_name_are_listed_by_their_ids(self, scripted, cloud):
        scripted.on("GET", "/image/v2/images", {"images": rows(("a", "n"), ("b", "n"))})
        with pytest.raises(UsageError, match="2 images are named 'n': a, b"):
            await find_image(cloud, "n")

    async def test_none_is_not_found(self, scripted, cloud):
        scripted.on("GET", SERVERS, {"servers": []})
        with pytest.raises(NotFoundError, match="no instance with the name or id 'nope'"):
            await find_instance(cloud, "nope")
