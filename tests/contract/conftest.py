"""What the contract tests start from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.clouds import choice, cloud, demonstration_cloud, demonstration_session, real_cloud
from tests.contract.making import (
    Choice,
    a_server,
    a_volume,
    as_new,
    delete_server,
    fresh_name,
    launch,
    server_request,
)
from tests.contract.subject import ON_REAL_CLOUD, Subject

__all__ = ["choice", "cloud", "demonstration_cloud", "demonstration_session", "real_cloud"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a contract."""
    here = f"{Path(__file__).parent}{os.sep}"
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.contract)


@pytest.fixture(scope="session")
def kept_servers() -> Iterator[list[tuple[Subject, str]]]:
    """Servers that tests have left as they found them; launching is what takes longest on a real cloud."""
    kept: list[tuple[Subject, str]] = []
    yield kept
    for where, server_id in kept:
        delete_server(where, server_id)


@pytest.fixture
def server(cloud: Subject, choice: Choice, kept_servers: list[tuple[Subject, str]]) -> Iterator[str]:
    """A small image-backed server: ACTIVE, idle, without volumes, metadata or lock."""
    if kept_servers:
        _, server_id = kept_servers.pop()
    else:
        server_id = launch(cloud, server_request(choice, fresh_name(cloud, "server")))
        cloud.until_idle(server_id, "ACTIVE")
    yield server_id
    if ON_REAL_CLOUD and as_new(cloud, server_id):
        kept_servers.append((cloud, server_id))
    else:
        delete_server(cloud, server_id)


@pytest.fixture
def own_server(cloud: Subject, choice: Choice) -> Iterator[str]:
    """A server for a test that leaves it worse than it was."""
    with a_server(cloud, server_request(choice, fresh_name(cloud, "server"))) as server_id:
        yield server_id


@pytest.fixture
def stopped_server(cloud: Subject, server: str) -> str:
    """A server that is SHUTOFF."""
    assert cloud.act(server, "os-stop").status_code == 202
    cloud.until_idle(server, "SHUTOFF")
    return server


@pytest.fixture
def volume(cloud: Subject) -> Iterator[str]:
    """A volume of 1 GB, available."""
    with a_volume(cloud) as volume_id:
        yield volume_id


@pytest.fixture
def second_volume(cloud: Subject) -> Iterator[str]:
    """Another one."""
    with a_volume(cloud) as volume_id:
        yield volume_id


@pytest.fixture
def snapshot(cloud: Subject, server: str) -> Iterator[str]:
    """An active image of a server: what the console makes."""
    image_id = cloud.create_image(server, fresh_name(cloud, "image"))
    cloud.until_image(image_id)
    cloud.until_idle(server, "ACTIVE")
    yield image_id
    cloud.image.delete(f"/images/{image_id}")
