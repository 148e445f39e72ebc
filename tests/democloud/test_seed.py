"""The project that is in the cloud: believable, and the same at every start."""

from __future__ import annotations

from collections import Counter

from imaging.cloud.readers.image import read_image
from imaging.democloud.clock import VirtualClock, read_time
from imaging.democloud.ids import Ids
from imaging.democloud.seed import names
from imaging.democloud.seed.servers import HOSTILE_NAME, WIDE_NAME
from imaging.democloud.web.app import make_cloud
from imaging.guidelines.lineage.succession import links
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud
from tests.support.known import present


def test_two_clouds_with_the_same_start_hold_the_same():
    def world() -> str:
        clock = VirtualClock(read_time("2026-11-01T14:00:00Z"))
        clock.hold(True)
        made = make_cloud(clock, Ids(deterministic=True)).world
        return repr((made.servers, made.images, made.volumes, made.ports, made.ids.fresh()))

    assert world() == world()


def test_a_reset_brings_everything_back(ada: Talk, held: DemoCloud):
    before = ada.ask("GET", "/image/v2/images?limit=100").json()
    ada.ask("DELETE", f"/image/v2/images/{held.image_id('astro-base/2')}")
    ada.act(held.server_id("db-07"), "os-stop")
    held.reset()
    held.hold()
    after = ada.ask("GET", "/image/v2/images?limit=100").json()
    assert [one["id"] for one in after["images"]] == [one["id"] for one in before["images"]]
    assert ada.status(held.server_id("db-07")) == ("ACTIVE", None)


def test_names_of_images_repeat_and_hostile_names_are_there(ada: Talk):
    images = Counter(one["name"] for one in ada.ask("GET", "/image/v2/images?limit=100").json()["images"])
    assert images["astro-base"] == 2
    servers = {one["name"] for one in ada.ask("GET", "/compute/v2.1/servers").json()["servers"]}
    assert {HOSTILE_NAME, WIDE_NAME, "db-07", "gis-lab", "quiet-box", "bfv-01"} <= servers


def test_two_images_follow_each_other_as_the_program_links_them(ada: Talk, held: DemoCloud):
    older, newer = (
        present(read_image(ada.ask("GET", f"/image/v2/images/{held.image_id(key)}").json()))
        for key in ("astro-base/0", "astro-base/1")
    )
    of_older, of_newer = links(older.id, newer.id)
    assert of_older.items() <= older.properties.items()
    assert of_newer.items() <= newer.properties.items()
    assert (newer.noted_verdict, newer.noted_works) == ("booted", "yes")


def test_one_instance_belongs_to_another_member(ada: Talk, held: DemoCloud):
    theirs, mine = ada.server(held.server_id("grace-sandbox")), ada.server(held.server_id("db-07"))
    assert theirs["tenant_id"] == mine["tenant_id"]
    assert theirs["user_id"] != mine["user_id"]


def test_the_other_project_sees_nothing_of_this_one(ada: Talk, held: DemoCloud):
    oskar = Talk.log_in(held, names.STRANGER, names.OTHER_PROJECT)
    seen = {one["name"] for one in oskar.ask("GET", "/compute/v2.1/servers").json()["servers"]}
    assert seen == {"tide-model"}
    assert oskar.ask("GET", f"/compute/v2.1/servers/{held.server_id('db-07')}").status_code == 404


def test_ten_thousand_instances_come_in_pages_of_a_thousand():
    clock = VirtualClock()
    world = make_cloud(clock, Ids(), scale=10_000).world
    mine = [one for one in world.servers.values() if one.project_id == names.project_id()]
    assert len(mine) > 10_000
    assert len({one.address for one in world.ports.values()}) == len(world.ports), "no address twice"
    assert world.quotas[names.project_id()].instances > len(mine)
