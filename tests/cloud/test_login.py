"""Who is logged in, and until when."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from imaging.cloud.connection import connect
from imaging.cloud.login.console_settings import OwnSettings
from imaging.cloud.login.resolution import resolve_cloud
from imaging.cloud.login.resolved import made
from imaging.cloud.services.identity import read_login
from models.errors import UnauthorizedError
from tests.cloud.scripted import PROJECT, TOKEN, USER, Reply

CREDENTIAL = f"/identity/v3/users/{USER}/application_credentials/ac1"


@pytest.fixture
async def with_credential(scripted, write_clouds, clock):
    scripted.app_credential = {"id": "ac1", "name": "laptop", "restricted": True}
    auth = {
        "auth_url": f"{scripted.url}/identity/v3",
        "application_credential_id": "ac1",
        "application_credential_secret": "s3cret-value",
    }
    write_clouds(dev={"auth_type": "v3applicationcredential", "auth": auth, "region_name": "R1"})
    cloud = await connect(await resolve_cloud(None, ask=None), clock)
    yield cloud
    await cloud.close()


async def test_it_says_who_where_and_for_how_long(scripted, cloud):
    login = await cloud.login()
    assert (login.user_name, login.project_name) == ("ada", "astro-survey")
    assert (login.identity.project_id, login.identity.user_id) == (PROJECT, USER)
    assert login.identity.region == "R1"
    assert login.token_expires_at == datetime(2036, 11, 1, 15, 0, tzinfo=UTC)
    assert login.renewable
    assert not login.credential_expiry_unreadable


async def test_the_end_of_an_application_credential_is_read_once(scripted, with_credential):
    body = {"application_credential": {"id": "ac1", "expires_at": "2026-11-30T00:00:00.000000"}}
    scripted.on("GET", CREDENTIAL, body)
    for _ in range(2):
        login = await with_credential.login()
        assert login.credential_expires_at == datetime(2026, 11, 30, tzinfo=UTC)
    assert len(scripted.seen("GET", CREDENTIAL)) == 1


async def test_an_application_credential_without_an_end_is_known_to_have_none(scripted, with_credential):
    scripted.on("GET", CREDENTIAL, {"application_credential": {"id": "ac1", "expires_at": None}})
    login = await with_credential.login()
    assert (login.credential_expires_at, login.credential_expiry_unreadable) == (None, False)


@pytest.mark.parametrize("reply", [Reply(403), Reply(404), Reply(200, {}), Reply(200, "<html>")])
async def test_an_end_that_cannot_be_read_is_said_to_be_unreadable(scripted, with_credential, reply):
    scripted.on("GET", CREDENTIAL, reply)
    login = await with_credential.login()
    assert (login.credential_expires_at, login.credential_expiry_unreadable) == (None, True)


async def test_a_bare_token_cannot_be_renewed(scripted, write_clouds, clock):
    auth = {"auth_url": f"{scripted.url}/identity/v3", "token": TOKEN, "project_id": PROJECT}
    write_clouds(dev={"auth_type": "v3token", "auth": auth, "region_name": "R1"})
    cloud = await connect(await resolve_cloud(None, ask=None), clock)
    assert not (await cloud.login()).renewable
    await cloud.close()


async def test_all_threads_share_one_login(scripted, cloud):
    import asyncio

    logins = []
    original = scripted.answer

    def counting(call):
        if call.path.endswith("/auth/tokens"):
            logins.append(call)
        return original(call)

    scripted.answer = counting
    for path in ("/compute/v2.1/flavors/detail", "/volume/v3/.*", "/image/v2/.*", "/network/.*"):
        scripted.on("GET", path, {"flavors": [], "volumes": [], "networks": []})
    await asyncio.gather(cloud.compute.flavors(), cloud.volumes.volumes(), cloud.networking.networks(), cloud.quota())
    assert logins == []


async def test_the_user_agent_names_the_program(scripted, cloud):
    scripted.on("GET", "/compute/v2.1/flavors/detail", {"flavors": []})
    await cloud.compute.flavors()
    assert scripted.calls[-1].headers["user-agent"].startswith("imaging-console")


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_credential_deleted_meanwhile_is_no_instance_deleted_meanwhile(scripted, with_credential, status):
    """Keystone answers 404 for an application credential that it does not know any more."""
    scripted.on("GET", "/compute/v2.1/servers/db", Reply(401))
    scripted.on("POST", "/identity/v3/auth/tokens", Reply(status, {"error": {"message": "No such credential: ac1"}}))
    with pytest.raises(UnauthorizedError, match="No such credential"):
        await with_credential.compute.instance("db")


def test_an_address_with_a_password_in_it_is_kept_without():
    """Some sites put Keystone behind a proxy that asks for one; the identity goes into journals and reports."""
    access = SimpleNamespace(project_id=PROJECT, user_id=USER, username="ada", project_name="astro", expires=None)
    resolved = made("dev", {"auth": {"auth_url": "https://ada:hunter2@cloud.example:5000/v3"}}, OwnSettings())
    assert read_login(access, resolved).identity.auth_url == "https://cloud.example:5000/v3"
