"""The way there and back: what is asked again, what never is, and what is said when no answer comes."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from urllib.parse import unquote

import pytest

from models.cloud.launch import LaunchRequest
from models.errors import (
    BadAnswerError,
    ConfigError,
    ConflictError,
    ForbiddenError,
    ForeignValueError,
    LostAnswerError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    ServerFaultError,
    ServiceMissingError,
    UnauthorizedError,
    UnreachableError,
)
from tests.cloud.scripted import Reply, ScriptedCloud

FLAVORS = "/compute/v2.1/flavors/detail"
ACTION = "/compute/v2.1/servers/i-1/action"
NOTHING: dict[str, list[object]] = {"flavors": []}


async def test_a_get_is_asked_again_after_a_fault_or_a_dropped_connection(scripted, cloud, clock):
    scripted.on("GET", FLAVORS, Reply(502), Reply(drop=True), NOTHING)
    assert await cloud.compute.flavors() == ()
    assert clock.slept == [0.5, 1.0]


async def test_a_get_is_given_up_after_three_attempts(scripted, cloud):
    scripted.on("GET", FLAVORS, Reply(500, {"computeFault": {"message": "Unexpected API Error."}}))
    with pytest.raises(ServerFaultError, match="Unexpected API Error"):
        await cloud.compute.flavors()
    assert len(scripted.seen("GET", FLAVORS)) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409])
async def test_a_refusal_is_final(scripted, cloud, status):
    scripted.on("GET", FLAVORS, Reply(status))
    with pytest.raises((RejectedError, ForbiddenError, NotFoundError, ConflictError)):
        await cloud.compute.flavors()
    assert len(scripted.seen("GET", FLAVORS)) == 1


async def test_a_change_whose_answer_is_lost_was_sent_once_and_is_said_to_be_open(scripted, cloud, clock):
    scripted.on("POST", ACTION, Reply(drop=True))
    with pytest.raises(LostAnswerError) as caught:
        await cloud.compute.create_image("i-1", "n", {})
    assert "may have been done, or not" in caught.value.meaning
    assert len(scripted.seen("POST", ACTION)) == 1
    assert clock.slept == []


async def test_a_change_whose_answer_comes_too_late_is_lost_too(scripted, enter):
    scripted.on("POST", "/compute/v2.1/servers", Reply(202, {"server": {"id": "x"}}, wait=threading.Event()))
    cloud = await enter(scripted.url, api_timeout=1.0)
    with pytest.raises(LostAnswerError, match="time ran out"):
        await cloud.compute.launch(LaunchRequest(name="n", image_id="i", flavor_id="f", network_id="n"))
    assert len(scripted.seen("POST", "/compute/v2.1/servers")) == 1


async def test_a_get_that_comes_too_late_is_unreachable_not_lost(scripted, enter):
    scripted.on("GET", FLAVORS, Reply(200, NOTHING, wait=threading.Event()))
    cloud = await enter(scripted.url, api_timeout=1.0)
    with pytest.raises(UnreachableError, match="time ran out") as caught:
        await cloud.compute.flavors()
    assert not isinstance(caught.value, LostAnswerError)


@pytest.mark.parametrize("status", [500, 503, 504])
async def test_a_change_that_ends_in_a_fault_is_never_sent_again(scripted, cloud, status):
    scripted.on("POST", ACTION, Reply(status))
    with pytest.raises(ServerFaultError):
        await cloud.compute.stop("i-1")
    assert len(scripted.seen("POST", ACTION)) == 1


async def test_a_change_that_cannot_leave_was_not_lost(scripted, cloud):
    scripted.on("GET", FLAVORS, Reply(200, NOTHING, {"Connection": "close"}))
    await cloud.compute.flavors()
    scripted.stop()
    with pytest.raises(UnreachableError, match="refused") as caught:
        await cloud.compute.stop("i-1")
    assert not isinstance(caught.value, LostAnswerError)


async def test_the_console_log_is_a_post_but_is_asked_again_for_it_changes_nothing(scripted, cloud):
    scripted.on("POST", ACTION, Reply(drop=True), {"output": "login:"})
    assert await cloud.compute.console_log("i-1") == "login:"


@pytest.mark.parametrize("status", [429, 413])
async def test_not_now_is_obeyed_for_as_long_as_the_cloud_asks(scripted, cloud, clock, status):
    scripted.on("GET", FLAVORS, Reply(status, {"overLimit": {"message": "slow down"}}, {"Retry-After": "7"}), NOTHING)
    assert await cloud.compute.flavors() == ()
    assert clock.slept == [7.0]


async def test_not_now_to_a_change_is_obeyed_too_for_nothing_was_done(scripted, cloud, clock):
    scripted.on("POST", ACTION, Reply(429, headers={"Retry-After": "3"}), Reply(202))
    await cloud.compute.stop("i-1")
    assert clock.slept == [3.0]


async def test_not_now_for_an_hour_is_passed_on_instead_of_waited_out(scripted, cloud, clock):
    scripted.on("GET", FLAVORS, Reply(429, headers={"Retry-After": "3600"}))
    with pytest.raises(RateLimitedError) as caught:
        await cloud.compute.flavors()
    assert caught.value.retry_after_seconds == 3600
    assert clock.slept == []


async def test_not_now_again_and_again_ends_after_two_minutes(scripted, cloud, clock):
    scripted.on("GET", FLAVORS, Reply(429, headers={"Retry-After": "50"}))
    with pytest.raises(RateLimitedError):
        await cloud.compute.flavors()
    assert clock.slept == [50.0, 50.0]


@pytest.mark.parametrize("body", ["<html>Welcome to the hotel's network</html>", [], None, '{"flavors":'])
async def test_a_success_that_is_no_json_object_is_said_to_be_unreadable(scripted, cloud, body):
    scripted.on("GET", FLAVORS, Reply(200, body))
    with pytest.raises(BadAnswerError, match="list flavors"):
        await cloud.compute.flavors()


async def test_a_service_without_the_tls_that_its_address_promises_is_asked_once(scripted, enter, clock):
    scripted.service_scheme = "https"
    cloud = await enter(scripted.url)
    with pytest.raises(UnreachableError, match="no TLS connection"):
        await cloud.volumes.volumes()
    assert clock.slept == []


async def test_a_service_that_is_not_in_the_catalogue_is_missing_not_broken(scripted, enter):
    scripted.services = ("compute", "image", "network")
    cloud = await enter(scripted.url)
    with pytest.raises(ServiceMissingError, match="list volumes"):
        await cloud.volumes.volumes()


class TestLoggingIn:
    """What can go wrong before the first call."""

    async def test_a_wrong_secret_is_unauthorized(self, scripted, enter):
        said = {"error": {"code": 401, "message": "The request you have made requires authentication."}}
        scripted.on("POST", "/identity/v3/auth/tokens", Reply(401, said))
        with pytest.raises(UnauthorizedError, match="requires authentication") as caught:
            await enter(scripted.url)
        assert "expired" in caught.value.remedy

    async def test_a_scope_beside_an_application_credential_is_explained(self, scripted, enter):
        said = {"error": {"code": 401, "message": "Application credentials cannot request a scope."}}
        scripted.on("POST", "/identity/v3/auth/tokens", Reply(401, said))
        with pytest.raises(UnauthorizedError) as caught:
            await enter(scripted.url)
        assert "OS_PROJECT_" in caught.value.remedy

    async def test_an_expired_login_in_mid_use_is_tried_again_once_and_then_said(self, scripted, cloud):
        scripted.on("GET", FLAVORS, Reply(401))
        with pytest.raises(UnauthorizedError):
            await cloud.compute.flavors()
        assert len(scripted.seen("GET", FLAVORS)) == 2

    async def test_a_login_without_a_project_is_refused(self, scripted, enter):
        scripted.project_id = None
        with pytest.raises(ConfigError, match="no project"):
            await enter(scripted.url)

    async def test_a_refused_connection_is_said_with_the_place(self, enter):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        with pytest.raises(UnreachableError, match=f"127.0.0.1:{port} cannot be reached.*refused"):
            await enter(f"http://127.0.0.1:{port}")

    async def test_a_name_that_does_not_exist_is_said(self, enter, monkeypatch):
        def unknown(*_, **__):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        with pytest.raises(UnreachableError, match=r"cloud\.invalid cannot be reached.*\(DNS\)"):
            await enter("http://cloud.invalid")

    async def test_an_untrusted_certificate_leads_to_cacert(self, enter):
        scripted = ScriptedCloud(tls=True).start()
        try:
            with pytest.raises(UnreachableError, match="certificate is not trusted") as caught:
                await enter(scripted.url)
        finally:
            scripted.stop()
        assert "cacert" in caught.value.remedy

    async def test_tls_to_a_port_that_speaks_none_is_said(self, scripted, enter):
        with pytest.raises(UnreachableError, match="no TLS connection"):
            await enter(scripted.url.replace("http:", "https:"))

    async def test_a_cloud_with_its_own_authority_is_reached_with_cacert(self, enter):
        from tests.cloud.scripted import HERE

        scripted = ScriptedCloud(tls=True).start()
        try:
            cloud = await enter(scripted.url, cacert=str(HERE / "selfsigned.pem"))
            assert (await cloud.login()).user_name == "ada"
            await cloud.close()
        finally:
            scripted.stop()

    async def test_a_page_that_is_no_keystone_is_said(self, scripted, enter):
        scripted.on("GET", "/identity/v3/?", "<html>hello</html>")
        scripted.on("POST", "/identity/v3/auth/tokens", "<html>hello</html>")
        with pytest.raises((ConfigError, UnreachableError, UnauthorizedError, BadAnswerError)) as caught:
            await enter(scripted.url)
        assert "log in" in str(caught.value)


class TestClosing:
    """Quitting is never kept waiting."""

    async def test_it_lets_go_within_two_seconds_while_a_call_hangs(self, scripted, cloud):
        await cloud.compute.microversion()
        scripted.arrived.clear()
        scripted.on("GET", FLAVORS, Reply(200, NOTHING, wait=threading.Event()))
        hanging = asyncio.ensure_future(cloud.compute.flavors())
        await asyncio.to_thread(scripted.arrived.wait, 5)
        begun = time.monotonic()
        await cloud.close()
        with pytest.raises(UnreachableError, match="closed"):
            await hanging
        assert time.monotonic() - begun < 2

    async def test_nothing_more_is_asked_after_closing(self, scripted, cloud):
        await cloud.close()
        with pytest.raises(UnreachableError, match="closed"):
            await cloud.compute.flavors()


@pytest.mark.parametrize(
    "hostile", ["..", ".", "../images/x", "%2e%2e", "..%2f", "x?y#z", "a\x00b", "\ud800", "-", "x;y"]
)
async def test_no_id_leads_to_another_path(scripted, cloud, hostile):
    with pytest.raises(NotFoundError):
        await cloud.compute.instance(hostile)
    places = [call.path for call in scripted.calls if "servers" in call.path]
    assert len(places) == 1
    first, _, last = places[0].rpartition("/")
    assert first == "/compute/v2.1/servers"
    assert unquote(last) not in {"", ".", ".."}


async def test_an_empty_id_names_no_list(scripted, cloud):
    with pytest.raises(ForeignValueError, match="empty id"):
        await cloud.images.delete_image("")
    assert not scripted.seen("DELETE", "/image/v2/images/")
