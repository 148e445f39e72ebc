"""The demonstration cloud with its clock held, over real HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from imaging.cloud.connection import OpenStackCloud
from imaging.cloud.http.pool import Pool
from imaging.cloud.http.thread_connection import SharedLogin
from imaging.cloud.http.transfers import Transfers
from imaging.cloud.http.transport import CloudConnection, Transport
from imaging.cloud.login.resolution import resolve_cloud
from imaging.cloud.services.identity import read_login
from imaging.runtime.clock import SystemClock
from models.cloud.login import Login
from tests.runs.hostile.stage import Stage
from tests.support.demo import DemoCloud


@dataclass(frozen=True)
class LoggedIn:
    """One login to the cloud of the session: its tokens outlive a reset."""

    shared: SharedLogin
    login: Login


@pytest.fixture(scope="session")
def logged_in(demo_process: DemoCloud) -> LoggedIn:
    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as thread:
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_process.clouds_yaml))
        # In a thread: the loops of the tests are pytest's.
        resolved = thread.submit(asyncio.run, resolve_cloud("demo", ask=None)).result()
    shared = SharedLogin(resolved)
    connection = shared.new_connection()
    login = read_login(connection.access(), resolved)
    connection.close()
    return LoggedIn(shared, login)


@pytest.fixture
async def stage(logged_in: LoggedIn, demo_cloud: DemoCloud, tmp_path: Path) -> AsyncIterator[Stage]:
    demo_cloud.hold()
    clock, new_connection = SystemClock(), logged_in.shared.new_connection
    pool: Pool[CloudConnection] = Pool(new_connection)
    cloud = OpenStackCloud(Transport(pool, clock), Transfers(new_connection, clock), logged_in.login, None)
    yield Stage(cloud, demo_cloud, tmp_path)
    await cloud.close()
