"""What is noted of the calls to a cloud: sent by the real services, over real HTTP."""

from __future__ import annotations

import json
import threading

import pytest

from imaging.cloud.http import command_recorder
from imaging.cloud.http.command_recorder import CommandRecorder
from imaging.runtime.redaction import redactor
from models.cloud.command_log import CallOutcome
from models.cloud.launch import LaunchRequest
from models.errors import ConflictError, LostAnswerError, RateLimitedError, UnreachableError
from tests.cloud.conftest import Enter
from tests.cloud.scripted import Reply, ScriptedCloud
from tests.support.clock import ManualClock

SERVERS = "/compute/v2.1/servers"
FLAVORS = f"{SERVERS.removesuffix('/servers')}/flavors/detail"
ACTION = f"{SERVERS}/i-1/action"


@pytest.fixture
def recorder(clock: ManualClock) -> CommandRecorder:
    return CommandRecorder(clock)


@pytest.fixture
async def watched(scripted: ScriptedCloud, enter: Enter, recorder: CommandRecorder):
    return await enter(scripted.url, recorder=recorder)


async def test_a_change_is_noted_with_its_command_time_and_request_id(scripted, watched, recorder, clock):
    scripted.on("POST", ACTION, Reply(202, {}, headers={"x-openstack-request-id": "req-1"}))
    await watched.compute.start("i-1")
    (change,) = recorder.log().changes
    assert (change.text, change.is_command) == ("openstack server start i-1", True)
    assert (change.outcome, change.request_id) == (CallOutcome.ACCEPTED, "req-1")
    assert change.at == clock.now()
    assert change.seconds is not None


async def test_reads_are_counted_by_service_and_kind_and_no_read_is_a_change(scripted, watched, recorder):
    scripted.on("GET", FLAVORS, {"flavors": []})
    before = recorder.log().read_count
    await watched.compute.flavors()
    await watched.compute.flavors()
    log = recorder.log()
    assert log.read_count == before + 2
    assert log.reads["compute"]["flavors"] == 2
    assert log.changes == ()


async def test_a_read_that_fails_is_counted_at_each_attempt(scripted, watched, recorder):
    scripted.on("GET", FLAVORS, Reply(502), {"flavors": []})
    await watched.compute.flavors()
    assert recorder.log().reads["compute"]["flavors"] == 2
    assert recorder.log().failed_reads == 1


async def test_a_refused_change_says_why_and_a_lost_one_that_it_is_open(scripted, watched, recorder):
    scripted.on("POST", ACTION, Reply(409, {"conflictingRequest": {"message": "vm_state building"}}), Reply(drop=True))
    scripted.on("GET", f"{SERVERS}/i-1", Reply(404))
    with pytest.raises(ConflictError):
        await watched.compute.stop("i-1")
    with pytest.raises(LostAnswerError):
        await watched.compute.stop("i-1")
    lost, refused = recorder.log().changes
    assert refused.outcome is CallOutcome.NOT_DONE
    assert "vm_state building" in refused.said
    assert lost.outcome is CallOutcome.UNKNOWN
    assert "may have been done, or not" in lost.said


async def test_a_change_that_is_sent_again_is_noted_each_time(scripted, watched, recorder):
    scripted.on("POST", ACTION, Reply(429), Reply(202, {}))
    await watched.compute.start("i-1")
    assert [one.outcome for one in recorder.log().changes] == [CallOutcome.ACCEPTED, CallOutcome.NOT_DONE]


async def test_a_change_is_under_way_until_its_answer_comes(scripted, enter, recorder):
    answers = threading.Event()
    scripted.on("POST", ACTION, Reply(202, {}, wait=answers))
    cloud = await enter(scripted.url, recorder=recorder, api_timeout=1.0)
    with pytest.raises(LostAnswerError):
        await cloud.compute.start("i-1")
    (change,) = recorder.log().changes
    assert change.outcome is CallOutcome.UNKNOWN
    answers.set()


async def test_nothing_secret_is_noted(scripted, watched, recorder):
    redactor.hide("Tr0ub4dor&3")
    scripted.on("POST", SERVERS, Reply(202, {"server": {"id": "x", "adminPass": "hunter2secret"}}))
    scripted.on("POST", f"{SERVERS}/i-1/metadata", Reply(200, {}))
    request = LaunchRequest(
        name="n", image_id="i", flavor_id="f", network_id="w", user_data="#cloud-config\npassword: sesame-open"
    )
    await watched.compute.launch(request)
    await watched.compute.set_metadata("i-1", {"note": "Tr0ub4dor&3"})
    await watched.compute.set_metadata("i-1", {"api_token": "abcdefgh"})
    noted = json.dumps(recorder.log().model_dump(mode="json"))
    for secret in ("Tr0ub4dor", "hunter2secret", "sesame", "c2VzYW1l", "cGFzc3dvcmQ", "abcdefgh"):
        assert secret not in noted
    assert [one.is_command for one in recorder.log().changes] == [False, False, True]
    assert recorder.log().changes[0].text == "POST compute /servers/i-1/metadata"


async def test_a_command_with_what_cannot_be_shown_is_not_offered_as_one(scripted, watched, recorder):
    scripted.on("POST", f"{SERVERS}/i-1/metadata", Reply(200, {}))
    await watched.compute.set_metadata("i-1", {"note": "a\x1b[31mb"})
    (change,) = recorder.log().changes
    assert not change.is_command
    assert "\x1b" not in change.text


async def test_only_the_last_changes_are_kept_and_the_rest_is_counted(scripted, watched, recorder, monkeypatch):
    monkeypatch.setattr(command_recorder, "_MOST_CHANGES", 2)
    scripted.on("POST", ACTION, Reply(202, {}))
    for _ in range(3):
        await watched.compute.start("i-1")
    assert [one.number for one in recorder.log().changes] == [3, 2]
    assert recorder.log().left_out == 1


async def test_kinds_of_reads_are_bounded(recorder, monkeypatch):
    from imaging.cloud.http.call import Call, path

    monkeypatch.setattr(command_recorder, "_MOST_KINDS", 2)
    for kind in ("a", "b", "c", "d"):
        recorder.begin(Call("compute", "GET", path(kind), "read")).answered(None)
    assert recorder.log().reads["compute"] == {"a": 1, "b": 1, "other": 2}


def test_an_answer_that_comes_after_its_change_was_given_up_is_believed(recorder):
    from imaging.cloud.http.call import Call, path

    sent = recorder.begin(Call("compute", "DELETE", path("servers", "i"), "delete it"))
    sent.failed(LostAnswerError("Time ran out."))
    sent.answered("req-2")
    (change,) = recorder.log().changes
    assert (change.outcome, change.request_id) == (CallOutcome.ACCEPTED, "req-2")


def test_what_was_never_sent_is_not_done(recorder):
    from imaging.cloud.http.call import Call, path

    for error in (UnreachableError("No way."), RateLimitedError("Too often.", retry_after_seconds=None)):
        recorder.begin(Call("compute", "DELETE", path("servers", "i"), "delete it")).failed(error)
    assert {one.outcome for one in recorder.log().changes} == {CallOutcome.NOT_DONE}


async def test_no_secret_becomes_a_kind_however_often_it_is_read(recorder):
    from imaging.cloud.http.call import Call, path

    redactor.hide("hunter2-hunter2")
    for _ in range(2):
        recorder.begin(Call("compute", "GET", path("hunter2-hunter2"), "read")).answered(None)
    assert recorder.log().reads["compute"] == {"***": 2}
