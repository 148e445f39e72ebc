"""A scripted cloud for each test, and a way to log in to it as the console does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from imaging.cloud.connection import OpenStackCloud, connect
from imaging.cloud.http.command_recorder import CommandRecorder
from imaging.cloud.login.resolution import resolve_cloud
from tests.cloud.scripted import ScriptedCloud
from tests.support.clock import ManualClock

Enter = Callable[..., Awaitable[OpenStackCloud]]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def scripted() -> Iterator[ScriptedCloud]:
    cloud = ScriptedCloud().start()
    yield cloud
    cloud.stop()


@pytest.fixture
def write_clouds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Write clouds.yaml with these entries and make it the one that is used."""

    def write(**entries: Any) -> Path:
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump({"clouds": entries}))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
        return path

    return write


def password_entry(url: str, **more: Any) -> dict[str, Any]:
    return {
        "auth": {
            "auth_url": f"{url}/identity/v3",
            "username": "ada",
            "password": "hunter2-very-secret",
            "project_name": "astro-survey",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "region_name": "R1",
        **more,
    }


@pytest.fixture
async def enter(write_clouds: Callable[..., Path], clock: ManualClock) -> AsyncIterator[Enter]:
    """Log in to a scripted cloud; everything is closed at the end of the test."""
    opened: list[OpenStackCloud] = []

    async def log_in(url: str, *, recorder: CommandRecorder | None = None, **more: Any) -> OpenStackCloud:
        write_clouds(dev=password_entry(url, **more))
        cloud = await connect(await resolve_cloud("dev", ask=None), clock, recorder=recorder)
        assert isinstance(cloud, OpenStackCloud)
        opened.append(cloud)
        return cloud

    yield log_in
    for cloud in opened:
        await cloud.close()


@pytest.fixture
async def cloud(scripted: ScriptedCloud, enter: Enter) -> OpenStackCloud:
    return await enter(scripted.url)


@pytest.fixture
def user_folder(own_home: Path) -> Path:
    return own_home / ".config" / "openstack"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, such as that of a downloaded project."""
    folder = tmp_path / "project"
    folder.mkdir(mode=0o700)
    monkeypatch.chdir(folder)
    return folder
