"""The demonstration cloud in the process of the tests and on its own loop: real HTTP, and a clock that tests turn.

Between two awaits of a test nothing of the cloud moves, so a test may read and change its records directly, as those
who run a cloud can. One server and one login serve a whole session; every test finds the cloud as at its start.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from imaging.cloud.connection import OpenStackCloud
from imaging.cloud.http.pool import Pool
from imaging.cloud.http.thread_connection import SharedLogin
from imaging.cloud.http.transfers import Transfers
from imaging.cloud.http.transport import CloudConnection, Transport
from imaging.cloud.interface import Cloud
from imaging.cloud.login.resolution import ResolvedCloud, resolve_cloud
from imaging.cloud.services.identity import read_login
from imaging.democloud.clock import VirtualClock
from imaging.democloud.closed_files import write_closed
from imaging.democloud.clouds_yaml import clouds_yaml
from imaging.democloud.ids import Ids
from imaging.democloud.server_process import configured, listen, url_of
from imaging.democloud.web.app import make_app, make_cloud
from imaging.democloud.web.call import Cloud as Shared
from imaging.democloud.web.faults import Fault
from imaging.democloud.web.front import Connections, Front
from imaging.democloud.world import World
from imaging.runtime.clock import Clock, SystemClock
from models.cloud.login import Login
from tests.support.demo import DemoCloud

START = datetime(2126, 11, 1, 14, 0, tzinfo=UTC)
"""Far enough ahead that a token of this cloud never looks expired to a library that reads the machine's clock."""
_FARTHEST_SECONDS = 10.0
_SHORTEST_SECONDS = 2.0


def still_clock() -> VirtualClock:
    """A clock of the cloud for which no real time passes: it moves only when it is turned."""
    return VirtualClock(START.timestamp(), tick=lambda: 0.0)


class TurnedClock:
    """Our clock and the cloud's in one: sleeping takes no time and turns both.

    A sleep lasts until something happens in the cloud, or as long as asked where that is longer: who polls sees
    each state once, without asking in between. Where nothing is due it lasts a little longer than asked.
    """

    def __init__(self, world: World) -> None:
        """Hold the cloud's clock, and continue from where it stands."""
        self._world = world
        self._began = world.clock.now()
        self.slept: list[float] = []
        self.shortest = _SHORTEST_SECONDS
        """How long a sleep lasts at least while nothing is due, in seconds; more in tests of long silences."""

    def now(self) -> datetime:
        """The cloud's time."""
        return datetime.fromtimestamp(self._world.clock.now(), UTC)

    def monotonic(self) -> float:
        """Seconds since some start."""
        return 1000.0 + self._world.clock.now() - self._began

    def turn(self, seconds: float) -> None:
        """Let so many seconds pass; what falls due happens."""
        self._world.clock.turn(seconds)
        self._world.settle()

    async def sleep(self, seconds: float) -> None:
        """Let time pass, and others work."""
        self.slept.append(seconds)
        due = self._world.next_due()
        ahead = self.shortest if due is None else min(due - self._world.clock.now(), _FARTHEST_SECONDS)
        self.turn(max(seconds, ahead))
        await asyncio.sleep(0)


class DemoHere:
    """The cloud, and a login to it as the owner of its project."""

    def __init__(self, shared: Shared, front: Front, resolved: ResolvedCloud, url: str, clouds_yaml: Path) -> None:
        """Log in to a cloud that is served; nothing is asked yet."""
        self.shared, self.front, self.resolved = shared, front, resolved
        self.url, self.clouds_yaml = url, clouds_yaml
        self._new_connection = SharedLogin(resolved).new_connection
        self._pool: Pool[CloudConnection] = Pool(self._new_connection)
        self._login: Login

    @property
    def world(self) -> World:
        """All that there is in the cloud."""
        return self.shared.world

    def begin_again(self) -> TurnedClock:
        """As at its start."""
        self.shared.reset()
        self.front.faults.clear()
        self.front.calls.clear()
        return TurnedClock(self.world)

    async def log_in(self) -> None:
        """Once for all tests, for it takes far longer than any call."""
        transport = Transport(self._pool, SystemClock())
        access = await transport.run(lambda link: link.access())
        self._login = read_login(access, self.resolved)

    def services(self, clock: Clock) -> Cloud:
        """The program's own services, which know nothing yet of the cloud."""
        transfers = Transfers(self._new_connection, clock)
        return OpenStackCloud(Transport(self._pool, clock), transfers, self._login, None)

    async def close(self) -> None:
        """Close the connection to the cloud."""
        await self._pool.close()


@dataclass(frozen=True, kw_only=True)
class DemoCloudHere(DemoCloud):
    """What tests do to a demonstration cloud, done to one that is served here: its clock is always held."""

    here: DemoHere

    @classmethod
    def as_at_its_start(cls, here: DemoHere) -> DemoCloudHere:
        """Begin again."""
        here.begin_again()
        return cls(here.clouds_yaml, here.url, here=here)

    def turn_until_due(self, seconds: float) -> float:
        """Let so many seconds pass, or more until something happens; how many it were.

        Who polls sees each state once, and does not ask many times in between. Where nothing is due, a machine may
        still print on its console: that is read every other second.
        """
        due = self.here.world.next_due()
        ahead = _SHORTEST_SECONDS if due is None else min(due - self.now(), _FARTHEST_SECONDS)
        passed = max(seconds, ahead)
        self.turn(passed)
        return passed

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        world, front = self.here.world, self.here.front
        match method, path:
            case "POST", "clock":
                world.clock.turn(body.get("advance", 0))
                world.settle()
            case "GET", "clock":
                return {"moment": world.clock.now()}
            case "POST", "faults":
                front.faults = [Fault(**each) for each in body]
                for fault in front.faults:
                    fault.refuse_impossible()
            case "POST", "hooks":
                world.hooks = body
            case "POST", "options":
                world.options = replace(world.options, **body)
            case "POST", "quotas":
                ids = {each.name: each.id for each in world.projects.values()}
                world.quotas |= {ids[name]: replace(world.quotas[ids[name]], **limits) for name, limits in body.items()}
            case "GET", "calls":
                return list(front.calls)
            case "GET", "transitions":
                return list(world.transitions)
            case _:
                pytest.fail(f"a cloud that is served here has no such control: {method} {path}")
        return None


@asynccontextmanager
async def demo_here(folder: Path) -> AsyncIterator[DemoHere]:
    """Serve a demonstration cloud on the running loop, and log in to it."""
    shared, connections = make_cloud(still_clock(), Ids()), Connections()
    front = make_app(shared, connections)
    async with _served(front, connections) as url:
        file = folder / "clouds.yaml"
        write_closed(file, clouds_yaml(url, shared.world))
        here = DemoHere(shared, front, await _resolved(file), url, file)
        await here.log_in()
        yield here
        await here.close()


@asynccontextmanager
async def _served(front: Front, connections: Connections) -> AsyncIterator[str]:
    with listen(0) as listener:
        listener.listen(128)
        config = configured(front, connections)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        await server.startup(sockets=[listener])
        yield url_of(listener)
        await server.shutdown(sockets=[listener])


async def _resolved(file: Path) -> ResolvedCloud:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
        return await resolve_cloud("demo", ask=None)
