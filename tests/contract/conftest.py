"""Which cloud is under test: a real one when `tests/openstack/run.py` says so, else the demonstration cloud."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path

import openstack
import pytest
from openstack.config import OpenStackConfig
from openstack.connection import Connection

from tests.contract.making import (
    Choice,
    a_server,
    a_volume,
    as_new,
    delete_server,
    fresh_name,
    launch,
    server_request,
    sweep,
)
from tests.contract.subject import ON_REAL_CLOUD, DemoHooks, LoopstackHooks, RealPace, Subject, TurnedPace

PARTS = {
    "loopstack": {"member": "alice", "other": "bob", "admin": "admin", "appcred": "alice-appcred"},
    "demo": {"member": "demo", "other": "other", "appcred": "demo-appcred"},
}


def shared(fixture_name: str, config: pytest.Config) -> str:
    """A real cloud is the same for all tests; the demonstration cloud is as new for each."""
    return "session" if ON_REAL_CLOUD else "function"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test of this folder is a contract."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.contract)


def _connector(config: OpenStackConfig, parts: dict[str, str]) -> Callable[[str], Connection | None]:
    """Log in once for each part."""
    known: dict[str, Connection] = {}

    def connect(who: str) -> Connection | None:
        if who in parts and who not in known:
            known[who] = openstack.connection.Connection(config=config.get_one(parts[who]))
        return known.get(who)

    return connect


def _subject(kind: str, config: OpenStackConfig, parts: dict[str, str], **more: object) -> Subject:
    connect = _connector(config, parts)
    member = connect("member")
    assert member is not None
    return Subject(kind=kind, prefix=f"contract-{secrets.token_hex(3)}", member=member, connect=connect, **more)


@pytest.fixture(scope="session")
def real_cloud() -> Iterator[Subject]:
    """Loopstack, or the user's own cloud; read before each test's empty HOME is in place."""
    named = os.environ.get("IMAGING_TEST_CLOUD")
    if named:
        chosen = {
            what: os.environ[f"IMAGING_TEST_{what.upper()}"]
            for what in ("image", "flavor", "network")
            if f"IMAGING_TEST_{what.upper()}" in os.environ
        }
        cloud = _subject("own", OpenStackConfig(), {"member": named}, pace=RealPace(), chosen=chosen)
    else:
        state = Path(os.environ["LOOPSTACK_STATE"])
        config = OpenStackConfig(config_files=[str(state / "clouds.yaml")], load_envvars=False)
        chosen = {"image": "tiny-raw"}
        hooks = LoopstackHooks(state)
        cloud = _subject("loopstack", config, PARTS["loopstack"], pace=RealPace(), hooks=hooks, chosen=chosen)
    yield cloud
    sweep(cloud)


@pytest.fixture(scope="session")
def demonstration_session(request: pytest.FixtureRequest) -> Subject:
    """The demonstration cloud's process and the logins there, which outlast its being set back."""
    demo = request.getfixturevalue("demo_process")
    config = OpenStackConfig(config_files=[str(demo.clouds_yaml)], load_envvars=False)
    return _subject("demo", config, PARTS["demo"], pace=TurnedPace(demo.turn), hooks=DemoHooks(demo.url))


@pytest.fixture
def demonstration_cloud(request: pytest.FixtureRequest, demonstration_session: Subject) -> Subject:
    """The demonstration cloud, as new for each test, its clock held."""
    request.getfixturevalue("demo_cloud").hold()
    return demonstration_session


@pytest.fixture(scope=shared)
def cloud(request: pytest.FixtureRequest) -> Subject:
    """The cloud under test."""
    return request.getfixturevalue("real_cloud" if ON_REAL_CLOUD else "demonstration_cloud")


@pytest.fixture(scope=shared)
def choice(cloud: Subject) -> Choice:
    """An image, a flavor and a network to launch with."""
    return Choice(cloud)


@pytest.fixture(scope="session")
def kept_servers() -> Iterator[list[tuple[Subject, str]]]:
    """Servers that tests have left as they found them; launching is what takes longest on a real cloud."""
    kept: list[tuple[Subject, str]] = []
    yield kept
    for cloud, server_id in kept:
        delete_server(cloud, server_id)


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
