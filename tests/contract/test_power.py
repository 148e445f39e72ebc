"""Stop and start: accepted at once, done later, refused with the state in words."""

from __future__ import annotations

import pytest

from tests.contract.subject import Subject, complaint


def test_a_stop_is_accepted_at_once_and_ends_in_shutoff(cloud: Subject, server: str):
    reply = cloud.act(server, "os-stop")
    assert reply.status_code == 202
    assert reply.text == ""
    found = cloud.until_idle(server, "SHUTOFF")
    assert found["OS-EXT-STS:vm_state"] == "stopped"
    assert found["OS-EXT-STS:power_state"] == 4


def test_while_it_stops_it_says_so(cloud: Subject, server: str):
    seen = set()

    def observe() -> bool:
        now = cloud.server(server)
        seen.add((now["status"], now["OS-EXT-STS:task_state"]))
        return bool(now["status"] == "SHUTOFF")

    with cloud.hooked(power_off={"delay": 0.5}):
        cloud.act(server, "os-stop")
        cloud.until(observe, "stopped", finely=True)
    assert ("ACTIVE", "powering-off") in seen


def test_a_start_ends_in_active(cloud: Subject, stopped_server: str):
    reply = cloud.act(stopped_server, "os-start")
    assert reply.status_code == 202
    assert reply.text == ""
    cloud.until_idle(stopped_server, "ACTIVE")


def test_a_stopped_server_cannot_be_stopped(cloud: Subject, stopped_server: str):
    message = complaint(cloud.act(stopped_server, "os-stop"), "conflictingRequest", 409)
    assert message == f"Cannot 'stop' instance {stopped_server} while it is in vm_state stopped"


def test_a_running_server_cannot_be_started(cloud: Subject, server: str):
    message = complaint(cloud.act(server, "os-start"), "conflictingRequest", 409)
    assert message == f"Cannot 'start' instance {server} while it is in vm_state active"


def test_a_server_that_is_stopping_cannot_be_stopped_again(cloud: Subject, server: str):
    with cloud.hooked(power_off={"delay": 1}):
        cloud.act(server, "os-stop")
        message = complaint(cloud.act(server, "os-stop"), "conflictingRequest", 409)
        assert message == f"Cannot 'stop' instance {server} while it is in task_state powering-off"
        cloud.until_idle(server, "SHUTOFF")


@pytest.mark.parametrize("there, back, state", [("pause", "unpause", "paused"), ("suspend", "resume", "suspended")])
def test_a_paused_or_suspended_server_cannot_be_stopped(cloud: Subject, server: str, there: str, back: str, state: str):
    if cloud.act(server, there).status_code != 202:
        pytest.skip(f"{there} is not for members of this cloud")
    cloud.until_idle(server, state.upper())
    message = complaint(cloud.act(server, "os-stop"), "conflictingRequest", 409)
    cloud.act(server, back)
    cloud.until_idle(server, "ACTIVE")
    assert message == f"Cannot 'stop' instance {server} while it is in vm_state {state}"


def test_a_stop_that_fails_on_the_host_leaves_it_active_without_a_fault(cloud: Subject, server: str):
    with cloud.hooked(power_off={"fail": "the plug is stuck"}):
        assert cloud.act(server, "os-stop").status_code == 202
        cloud.until(lambda: cloud.server(server)["OS-EXT-STS:task_state"] is None, "the stop is over")
    found = cloud.server(server)
    assert found["status"] == "ACTIVE"
    assert "fault" not in found


def test_an_unknown_action_is_400(cloud: Subject, server: str):
    message = complaint(cloud.act(server, "os-nonsense"), "badRequest", 400)
    assert message == "There is no such action: os-nonsense"
