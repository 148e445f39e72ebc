"""The state of the whole cloud, and the queue of what is going to happen to it."""

from __future__ import annotations

import heapq
import itertools
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from imaging.democloud.clock import VirtualClock, whole_seconds
from imaging.democloud.ids import Ids
from imaging.democloud.records.identity import Credential, Keypair, Project, Quotas, User
from imaging.democloud.records.image import Image
from imaging.democloud.records.network import Network, Port, SecurityGroup, Subnet
from imaging.democloud.records.server import Flavor, Server
from imaging.democloud.records.volume import Snapshot, Volume

_MOST_TRANSITIONS_KEPT = 20_000


@dataclass(frozen=True)
class Hook:
    """A trouble that was ordered for one kind of work; the names are those of a hypervisor's driver calls."""

    delay: float = 0.0
    fail: str | None = None
    text: str | None = None
    """What a console shows, or the fault of a build that fails in Nova's own words."""


@dataclass
class Options:
    """How this cloud differs from the usual; `/_control/options` changes it."""

    compute_max: tuple[int, int] = (2, 96)
    missing_services: frozenset[str] = frozenset()
    import_methods: tuple[str, ...] = ("glance-direct", "web-download")
    image_size_cap: int = 1024**4
    """Bytes; Glance's own default."""
    image_limits: dict[str, int] = field(default_factory=dict)
    """Glance's quotas, sizes in MiB; none at all where they are switched off."""


@dataclass
class World:
    """Everything that the services read and change, on one thread."""

    clock: VirtualClock
    ids: Ids
    options: Options = field(default_factory=Options)
    hooks: dict[str, dict[str, Any]] = field(default_factory=dict)
    projects: dict[str, Project] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    credentials: dict[str, Credential] = field(default_factory=dict)
    quotas: dict[str, Quotas] = field(default_factory=dict)
    keypairs: list[Keypair] = field(default_factory=list)
    flavors: dict[str, Flavor] = field(default_factory=dict)
    images: dict[str, Image] = field(default_factory=dict)
    servers: dict[str, Server] = field(default_factory=dict)
    volumes: dict[str, Volume] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    networks: dict[str, Network] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    security_groups: dict[str, SecurityGroup] = field(default_factory=dict)
    addresses_given: int = 0
    """Goes up whenever a server gets its addresses or loses them."""
    transitions: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=_MOST_TRANSITIONS_KEPT))
    _queue: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))
    _moment: float | None = None

    def now(self) -> float:
        """The time: while something due is carried out, the time at which it was due."""
        return self.clock.now() if self._moment is None else self._moment

    def number(self) -> int:
        """The next number of a row: what is made later has the greater one."""
        return next(self._numbers)

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Have something happen so many of the cloud's seconds from now."""
        heapq.heappush(self._queue, (self.now() + seconds, self.number(), act))

    def settle(self) -> None:
        """Carry out all that is due by now, in the order in which it was due.

        Called before every request: between two requests nobody can see what has happened and what has not, so
        no timers are needed and an idle cloud does nothing.
        """
        now = self.clock.now()
        while self._queue and self._queue[0][0] <= now:
            self._moment, _, act = heapq.heappop(self._queue)
            act()
        self._moment = None

    def next_due(self) -> float | None:
        """When the next thing happens, in seconds since 1970; None while nothing is on its way."""
        return self._queue[0][0] if self._queue else None

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Within the block it is the whole second that has just begun, so that a seed is the same at every start."""
        self._moment = float(int(self.clock.now()))
        try:
            yield
        finally:
            self._moment = None

    def hook(self, name: str, thing: str) -> Hook:
        """What was ordered for work on the thing of this name, counted where it was ordered so many `times`."""
        ordered = self.hooks.get(name)
        if ordered is None or ordered.get("times") == 0 or str(ordered.get("match", "")) not in thing:
            return Hook()
        if ordered.get("times", -1) > 0:
            ordered["times"] -= 1
        fail = ordered.get("fail")
        return Hook(float(ordered.get("delay", 0)), None if not fail else str(fail), ordered.get("text"))

    def turn_server(self, server: Server, **changes: Any) -> None:
        """Change the states of a server, and write down what changed."""
        server.updated_at = self.now()
        for name, value in changes.items():
            self._note("server", server, name, value)

    def turn_image(self, image: Image, status: str) -> None:
        """Change the status of an image."""
        image.updated_at = self.now()
        self._note("image", image, "status", status)

    def turn_volume(self, volume: Volume, status: str) -> None:
        """Change the status of a volume."""
        volume.updated_at = self.now()
        self._note("volume", volume, "status", status)

    def turn_snapshot(self, snapshot: Snapshot, status: str) -> None:
        """Change the status of a volume snapshot."""
        snapshot.updated_at = self.now()
        self._note("snapshot", snapshot, "status", status)

    def _note(self, kind: str, thing: Server | Image | Volume | Snapshot, name: str, value: Any) -> None:
        before = getattr(thing, name)
        setattr(thing, name, value)
        if before != value:
            self.transitions.append(
                {
                    "at": whole_seconds(self.now()),
                    "moment": self.now(),
                    "kind": kind,
                    "id": thing.id,
                    "name": thing.name,
                    "field": name,
                    "from": before,
                    "to": value,
                }
            )

    def gone(self, kind: str, thing: Server | Image | Volume | Snapshot) -> None:
        """Write down that a thing is no longer there."""
        self._note_gone(kind, thing)
        for shelf in (self.images, self.volumes, self.snapshots):
            shelf.pop(thing.id, None)

    def _note_gone(self, kind: str, thing: Server | Image | Volume | Snapshot) -> None:
        self.transitions.append(
            {
                "at": whole_seconds(self.now()),
                "moment": self.now(),
                "kind": kind,
                "id": thing.id,
                "name": thing.name,
                "field": "exists",
                "from": True,
                "to": False,
            }
        )

    def subnet(self, subnet_id: str) -> Subnet | None:
        """A subnet by its id."""
        return next((one for net in self.networks.values() for one in net.subnets if one.id == subnet_id), None)
