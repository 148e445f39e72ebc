"""Stop, start and their like: from which states each is allowed, and the states that follow."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.democloud.console_output import switch_on
from imaging.democloud.machines.phases import Phase, finish_action, note_action, play
from imaging.democloud.records.server import Server
from imaging.democloud.world import World

RUNNING, PAUSED, SHUT_DOWN, SUSPENDED = 1, 3, 4, 7
"""Nova's numbers of power states."""

_EMERGENCY_STOP_SECONDS = 10.0
"""A guest in emergency mode does not obey ACPI: Nova pulls the plug after its time-out (60 s on a real cloud)."""


@dataclass(frozen=True)
class Power:
    """One change of power."""

    name: str
    """As Nova's refusals call it."""
    hook: str
    event: str
    allowed: frozenset[str]
    """The vm states that it may start from."""
    task: str
    seconds: float
    vm_state: str
    power_state: int
    switches_on: bool = False
    switches_off: bool = False
    needs_host: bool = True
    between: tuple[tuple[float, str], ...] = ()
    """Further task states on the way."""


POWERS = {
    "os-stop": Power(
        "stop", "power_off", "compute_stop_instance", frozenset({"active", "rescued", "error"}),
        "powering-off", 4.0, "stopped", SHUT_DOWN, switches_off=True,
    ),
    "os-start": Power(
        "start", "power_on", "compute_start_instance", frozenset({"stopped"}),
        "powering-on", 2.0, "active", RUNNING, switches_on=True,
    ),
    "reboot": Power(
        "reboot", "reboot", "compute_reboot_instance",
        frozenset({"active", "stopped", "paused", "suspended", "error"}),
        "reboot_started", 3.0, "active", RUNNING, switches_on=True,
    ),
    "pause": Power(
        "pause", "pause", "compute_pause_instance", frozenset({"active"}), "pausing", 0.5, "paused", PAUSED
    ),
    "unpause": Power(
        "unpause", "unpause", "compute_unpause_instance", frozenset({"paused"}), "unpausing", 0.5, "active", RUNNING
    ),
    "suspend": Power(
        "suspend", "suspend", "compute_suspend_instance", frozenset({"active"}),
        "suspending", 1.5, "suspended", SUSPENDED,
    ),
    "resume": Power(
        "resume", "resume", "compute_resume_instance", frozenset({"suspended"}), "resuming", 1.5, "active", RUNNING
    ),
    "shelve": Power(
        "shelve", "snapshot", "compute_shelve_instance", frozenset({"active", "stopped", "paused", "suspended"}),
        "shelving", 5.0, "shelved_offloaded", SHUT_DOWN, switches_off=True,
        between=(
            (1.0, "shelving_image_pending_upload"), (2.5, "shelving_image_uploading"), (4.0, "shelving_offloading"),
        ),
    ),
    "unshelve": Power(
        "unshelve", "spawn", "compute_unshelve_instance", frozenset({"shelved", "shelved_offloaded"}),
        "unshelving", 3.0, "active", RUNNING, switches_on=True, needs_host=False, between=((1.0, "spawning"),),
    ),
    "rescue": Power(
        "rescue", "rescue", "compute_rescue_instance", frozenset({"active", "stopped", "error"}),
        "rescuing", 1.5, "rescued", RUNNING,
    ),
    "unrescue": Power(
        "unrescue", "unrescue", "compute_unrescue_instance", frozenset({"rescued"}),
        "unrescuing", 1.0, "active", RUNNING, switches_on=True,
    ),
}  # fmt: skip


def change_power(world: World, server: Server, power: Power, request_id: str, user_id: str) -> None:
    """Begin a change that was allowed."""
    action = note_action(world, server, power.name, request_id, user_id, power.event)
    hook = world.hook(power.hook, server.name)
    before = {"vm_state": server.vm_state, "power_state": server.power_state}
    # V14: a change that fails leaves the state as it was, without a fault.
    after = before if hook.fail else {"vm_state": power.vm_state, "power_state": power.power_state}
    seconds = power.seconds
    # V33: the guest waits in emergency mode for a password, and hears no ACPI.
    if power.task == "powering-off" and not server.saw_fstab_volumes:
        seconds = _EMERGENCY_STOP_SECONDS

    def done() -> None:
        finish_action(world, action, error=hook.fail)
        if not hook.fail:
            _switch(world, server, power)

    phases = [
        Phase(0, {"task_state": power.task}),
        *(Phase(at, {"task_state": task}) for at, task in power.between),
        Phase(seconds, {"task_state": None, **after}),
    ]
    play(world, server, phases, delay=hook.delay, done=done)


def _switch(world: World, server: Server, power: Power) -> None:
    if power.switches_off:
        # V35: without a boot there is no console log.
        server.booted_at = None
    if power.switches_on:
        switch_on(server, world.now())
        # Unshelving spawns the server on a host again; a start does not.
        if power.name == "unshelve":
            server.launched_at = world.now()
