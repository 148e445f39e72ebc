"""What a key does about the state of an instance, on a real Nova: each remedy asked for, and seen to hold."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from imaging.remedies.carrying_out import carry_out
from imaging.remedies.table import RemedyKind, offered
from models.errors import RunError
from tests.contract.making import Choice, a_server, a_volume, fresh_name, server_request
from tests.contract.subject import RECENT
from tests.openstack.rule_ground import Ground, HastyClock

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def small(ground: Ground, choice: Choice) -> Iterator[str]:
    """An instance of its own, ACTIVE."""
    body = server_request(choice, fresh_name(ground.subject, "remedy"))
    with a_server(ground.subject, body) as server_id:
        yield server_id


async def do(ground: Ground, server_id: str, kind: RemedyKind, volume_id: str = "") -> str:
    """Carry a remedy out as a key does, where the table offers it."""
    there = await ground.cloud.compute.instance(server_id)
    assert kind in {remedy.kind for remedy in offered(there)}, there
    return await carry_out(
        ground.cloud, HastyClock(), server_id, kind, tell=lambda _progress: None, volume_id=volume_id
    )


def larger(ground: Ground, choice: Choice) -> str:
    """A flavor with more memory than the tests' usual one."""
    flavors = ground.subject.compute.get("/flavors/detail", microversion=RECENT).json()["flavors"]
    fitting = [one for one in flavors if one["ram"] > choice.flavor["ram"] and one["disk"] >= choice.flavor["disk"]]
    return str(min(fitting, key=lambda one: one["ram"])["id"])


async def test_a_resize_is_confirmed_and_the_new_size_stays(ground: Ground, choice: Choice, small: str):
    cloud, flavor = ground.subject, larger(ground, choice)
    assert cloud.act(small, "resize", {"flavorRef": flavor}).status_code == 202
    cloud.until_idle(small, "VERIFY_RESIZE")
    assert (await do(ground, small, RemedyKind.CONFIRM_RESIZE)).endswith(" is ACTIVE now.")
    now = cloud.until_idle(small, "ACTIVE")
    ram = next(one["ram"] for one in _flavors(ground) if one["id"] == flavor)
    assert now["flavor"]["ram"] == ram


async def test_there_is_nothing_to_confirm_of_an_instance_that_was_not_resized(ground: Ground, small: str):
    there = await ground.cloud.compute.instance(small)
    assert RemedyKind.CONFIRM_RESIZE not in {remedy.kind for remedy in offered(there)}


async def test_a_volume_is_detached_from_a_stopped_instance_and_is_free_again(ground: Ground, small: str):
    cloud = ground.subject
    with a_volume(cloud) as volume_id:
        cloud.attach(small, volume_id)
        cloud.act(small, "os-stop")
        cloud.until_idle(small, "SHUTOFF")
        told = await do(ground, small, RemedyKind.DETACH, volume_id)
        assert volume_id in told
        assert cloud.attachments(small) == []
        assert cloud.cinder_volume(volume_id)["status"] == "available"
        assert cloud.server(small)["status"] == "SHUTOFF"


async def test_no_volume_is_detached_from_a_running_instance(ground: Ground, small: str):
    cloud = ground.subject
    with a_volume(cloud) as volume_id:
        cloud.attach(small, volume_id)
        with pytest.raises(RunError):
            await carry_out(
                ground.cloud, HastyClock(), small, RemedyKind.DETACH, tell=lambda _progress: None, volume_id=volume_id
            )
        assert cloud.cinder_volume(volume_id)["status"] == "in-use"


async def test_what_was_stopped_is_started(ground: Ground, small: str):
    cloud = ground.subject
    assert (await do(ground, small, RemedyKind.STOP)).endswith(" is SHUTOFF now.")
    assert (await do(ground, small, RemedyKind.START)).endswith(" is ACTIVE now.")
    cloud.until_idle(small, "ACTIVE")


@pytest.mark.parametrize(
    "there, state, kind",
    [("pause", "PAUSED", RemedyKind.UNPAUSE), ("suspend", "SUSPENDED", RemedyKind.RESUME)],
)
async def test_what_was_set_aside_comes_back(ground: Ground, small: str, there: str, state: str, kind: RemedyKind):
    cloud = ground.subject
    assert cloud.act(small, there).status_code == 202
    cloud.until_idle(small, state)
    assert (await do(ground, small, kind)).endswith(" is ACTIVE now.")


def _flavors(ground: Ground) -> list[dict[str, object]]:
    return list(ground.subject.compute.get("/flavors/detail", microversion=RECENT).json()["flavors"])
