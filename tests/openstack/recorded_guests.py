"""What instances print on loopstack, where nothing boots: what the demonstration cloud's recorded guests would.

The user data that Nova was given are read as the demonstration cloud reads them, and what follows of them (a deep
check, a seal, the proof of one) is written into the hook of the consoles. What lies on a disk follows from its image:
of a sealed clone's image it is what a real seal had left of the same tree.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from openstack.connection import Connection

from imaging.democloud.console_output import console_text, switch_on
from imaging.democloud.records.disk import Disk
from imaging.democloud.records.server import Flavor, Server
from tests.contract.subject import RECENT, Hooks, Subject

GUEST = "ubuntu-24"
"""The recording of the guest that lies on every disk: one that has nothing to block a run."""
SPEED = 5
"""How much faster time passes in a guest than outside."""
_EVERY = 0.2
_SOURCE_MACHINE_ID = hashlib.md5(b"the source's own", usedforsecurity=False).hexdigest()
_USER_DATA = "OS-EXT-SRV-ATTR:user_data"


class RecordedGuests:
    """Follows the instances of a project that have user data, and lets each print what its guest would by now."""

    def __init__(self, admin: Connection, hooks: Hooks, project_id: str) -> None:
        """Args: a login that Nova shows user data to, and that nobody else uses; the hooks; whose instances."""
        self._admin, self._hooks, self._project = admin, hooks, project_id
        self._others = {found["id"] for found in self._instances()}
        """What was there before: of another test, or left behind by it."""
        self._machines: dict[str, Server] = {}
        self._begun: dict[str, float] = {}
        self.seen: list[str] = []
        """The names of all that have come up, in that order."""

    def tell(self) -> None:
        """Give each instance the console that it has now."""
        orders = []
        for found in self._instances():
            if found[_USER_DATA] and found["status"] == "ACTIVE" and found["id"] not in self._others:
                machine = self._machines.get(found["id"]) or self._begin(found)
                passed = (time.monotonic() - self._begun[machine.id]) * SPEED
                text = console_text(machine, (machine.booted_at or 0) + passed)
                orders.append({"match": machine.name, "text": text})
        self._hooks.set({"console": orders})

    def _instances(self) -> list[dict[str, Any]]:
        url = f"/servers/detail?all_tenants=1&project_id={self._project}"
        return list(self._admin.compute.get(url, microversion=RECENT).json()["servers"])

    def _begin(self, found: dict[str, Any]) -> Server:
        """Switch on the machine of an instance that has just come up."""
        now = time.time()
        flavor = Flavor(id="0", name=found["flavor"]["original_name"], vcpus=1, ram=512, disk=1)
        machine = Server(
            id=found["id"], name=found["name"], project_id=found["tenant_id"], user_id=found["user_id"], flavor=flavor,
            created_at=now, updated_at=now, disk=self._disk(found["image"]["id"]), user_data=found[_USER_DATA],
            port_ids=_cards(found), secret=found["id"].encode(),
        )  # fmt: skip
        switch_on(machine, now)
        self._machines[machine.id], self._begun[machine.id] = machine, time.monotonic()
        self.seen.append(machine.name)
        return machine

    def _disk(self, image_id: str) -> Disk:
        image = self._admin.image.get(f"/images/{image_id}").json()
        sealed = image.get("imaging.role") == "sealed"
        return Disk(guest=GUEST, sealed=sealed, machine_id="" if sealed else _SOURCE_MACHINE_ID)


def _cards(found: dict[str, Any]) -> list[str]:
    """Its network cards by their addresses: no other instance has one of them, though it be on the same network."""
    cards = {each["OS-EXT-IPS-MAC:mac_addr"] for addresses in found["addresses"].values() for each in addresses}
    return sorted(cards)


@contextmanager
def recorded_guests(cloud: Subject) -> Iterator[RecordedGuests]:
    """Have the instances of the tested project print as recorded, until the end."""
    assert cloud.hooks is not None
    guests = RecordedGuests(cloud.login("admin"), cloud.hooks, str(cloud.member.current_project_id))
    ending, faults = threading.Event(), list[Exception]()

    def work() -> None:
        while not ending.wait(_EVERY):
            try:
                guests.tell()
            except Exception as error:  # noqa: BLE001  # told where the test ends, in its own thread
                faults.append(error)
                return

    thread = threading.Thread(target=work, name="recorded guests", daemon=True)
    thread.start()
    try:
        yield guests
    finally:
        ending.set()
        thread.join()
        cloud.hooks.set({})
    assert not faults, faults
