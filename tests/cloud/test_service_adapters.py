"""What one thread has found out about a service holds for the others, and each sends over its own session."""

from __future__ import annotations

from typing import Any

import pytest
from openstack.service_description import ServiceDescription

from imaging.cloud.http.call import Call
from imaging.cloud.http.thread_connection import SharedLogin, ThreadConnection
from imaging.cloud.login.resolution import resolve_cloud
from models.errors import ServiceMissingError
from tests.support.demo import DemoCloud

_SECONDS = (5.0, 5.0)


@pytest.fixture
async def threads(demo_cloud: DemoCloud) -> tuple[ThreadConnection, ThreadConnection]:
    """The connections of two threads."""
    login = SharedLogin(await resolve_cloud("demo", ask=None))
    return login.new_connection(), login.new_connection()


def status(connection: ThreadConnection, service: str, url: str) -> int:
    return connection.perform(Call(service, "GET", url, "read it"), _SECONDS).status


async def test_a_service_is_found_out_about_once(threads, monkeypatch):
    made: list[str] = []
    usual = ServiceDescription._make_proxy

    def noted(self: Any, instance: Any) -> Any:
        made.append(self.service_type)
        return usual(self, instance)

    monkeypatch.setattr(ServiceDescription, "_make_proxy", noted)
    for connection in (*threads, *threads):
        assert status(connection, "compute", "/servers") == 200
        assert status(connection, "image", "/images") == 200
    assert made == ["compute", "image"]


async def test_each_thread_sends_over_its_own_session(threads):
    for connection in threads:
        assert status(connection, "compute", "/servers") == 200
    first, second = (each._adapters["compute"] for each in threads)
    assert first.session is threads[0]._connection.session
    assert second.session is threads[1]._connection.session
    assert first.session is not second.session
    assert (first.min_version, first.max_version, first.service_type) == (
        second.min_version,
        second.max_version,
        second.service_type,
    )


async def test_a_service_that_is_missing_is_missing_in_each_thread(threads, demo_cloud):
    demo_cloud.options(missing_services=["volume"])
    for connection in threads:
        with pytest.raises(ServiceMissingError):
            status(connection, "block_storage", "/volumes")
    assert not threads[0]._found.adapters


async def test_a_token_that_is_void_is_renewed_in_each_thread(threads, demo_cloud):
    for connection in threads:
        assert status(connection, "compute", "/servers") == 200
    demo_cloud.void_tokens()
    for connection in threads:
        assert status(connection, "compute", "/servers") == 200
