"""What becomes of the disk of a temporary clone that seals itself, and of a clone that nobody stops."""

from __future__ import annotations

from dataclasses import replace

from imaging.democloud.guests.sealing import OFF, done_after, seal_order
from imaging.democloud.machines.power import SHUT_DOWN
from imaging.democloud.records.server import Server
from imaging.democloud.world import World


def begin_seal(world: World, server: Server) -> None:
    """Of a server that has just been switched on: if its user data are those of a seal, it seals itself."""
    order = seal_order(server)
    if order is None:
        return
    booted_at, fails = server.booted_at, server.disk.seal_fails_at in order.operations

    def seal() -> None:
        # What the machine-id was is gone: the next boot makes one of its own.
        if server.booted_at == booted_at and not fails:
            server.disk = replace(server.disk, sealed=True, machine_id="", owners_key=False)

    def power_off() -> None:
        if server.booted_at == booted_at and server.vm_state == "active":
            server.booted_at = None
            world.turn_server(server, vm_state="stopped", power_state=SHUT_DOWN)

    world.after(done_after(server), seal)
    world.after(done_after(server) + OFF, power_off)
