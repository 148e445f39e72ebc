"""Which cloud is under test: a real one when `tests/openstack/run.py` says so, else the demonstration cloud.

Import the fixtures in a conftest: `from tests.contract.clouds import choice, cloud, …`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openstack
import pytest
from openstack.config import OpenStackConfig
from openstack.connection import Connection

from tests.contract.making import Choice, sweep
from tests.contract.subject import ON_REAL_CLOUD, DemoHooks, LoopstackHooks, RealPace, Scope, Subject, TurnedPace

PARTS = {
    "loopstack": {"member": "alice", "other": "bob", "admin": "admin", "appcred": "alice-appcred"},
    "demo": {"member": "demo", "other": "other", "appcred": "demo-appcred"},
}


def shared(fixture_name: str, config: pytest.Config) -> Scope:
    """A real cloud is the same for all tests; the demonstration cloud is as new for each."""
    return "session" if ON_REAL_CLOUD else "function"


def _connector(config: OpenStackConfig, parts: dict[str, str]) -> Callable[[str], Connection | None]:
    """Log in once for each part."""
    known: dict[str, Connection] = {}

    def connect(who: str) -> Connection | None:
        if who in parts and who not in known:
            known[who] = openstack.connection.Connection(config=config.get_one(parts[who]))
        return known.get(who)

    return connect


def _subject(kind: str, config: OpenStackConfig, parts: dict[str, str], **more: Any) -> Subject:
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
        config = OpenStackConfig()
        parts = {"member": named}
        if config.get_one(named).config.get("auth_type") == "v3applicationcredential":
            parts["appcred"] = named
        cloud = _subject("own", config, parts, pace=RealPace(), chosen=chosen)
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
    return _subject(
        "demo", config, PARTS["demo"], pace=TurnedPace(demo.turn), hooks=DemoHooks(demo.url, demo.control_token)
    )


@pytest.fixture
def demonstration_cloud(request: pytest.FixtureRequest, demonstration_session: Subject) -> Subject:
    """The demonstration cloud, as new for each test, its clock held."""
    request.getfixturevalue("demo_cloud").hold()
    return demonstration_session


@pytest.fixture(scope=shared)
def cloud(request: pytest.FixtureRequest) -> Subject:
    """The cloud under test."""
    found: Subject = request.getfixturevalue("real_cloud" if ON_REAL_CLOUD else "demonstration_cloud")
    return found


@pytest.fixture(scope=shared)
def choice(cloud: Subject) -> Choice:
    """An image, a flavor and a network to launch with."""
    return Choice(cloud)
