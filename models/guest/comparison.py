"""Compares what ran in a guest before a run with what an inspection after it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from models.fact import Fact
from models.findings import InspectionMethod
from models.formatting import duration
from models.guest.facts import GuestFacts
from models.guest.mounts import BootMounts, Mount
from models.guest.services import Listener, Services, Unit
from models.guest.since_run import BeforeRun, Difference, DifferenceCode, SinceRun

_MOST = 200
_SAME_BOOT = timedelta(seconds=60)
"""How exactly a guest knows when it was booted: it reckons back from now, and its clock may be set."""
_CHOSEN_PORTS = 32768
"""From here on the kernel gives a port where none is named: another one at each start."""
_FORWARDED_DISPLAYS = range(6010, 6100)
"""Where sshd listens for the X11 of a login."""
_PODMAN = "conmon"
"""Podman's monitor: one for each container that runs."""
_Comparison = Callable[[BeforeRun, GuestFacts], Iterator[Difference]]


def before_run(run: str, guest: GuestFacts, now: datetime) -> BeforeRun:
    """What of an inspection is kept when a run is started.

    Args:
        run: its id.
        guest: the inspection that it was made on.
        now: when it is kept, by our clock.
    """
    return BeforeRun(
        run=run,
        kept_at=now,
        read_at=guest.read_at,
        booted_at=_booted_at(guest),
        mounts=guest.mounts,
        boot_mounts=guest.boot_mounts,
        services=guest.services,
        running=guest.running,
    )


def since_run(before: BeforeRun, after: GuestFacts) -> SinceRun | None:
    """What differs from before a run; None where the two say nothing of a stop.

    Only another inspection of the running guest is compared, and only after a boot that was later than the first.

    Args:
        before: what ran before the run.
        after: a later inspection.
    """
    booted, booted_again = before.booted_at, _booted_at(after)
    if after.method is not InspectionMethod.SSH or booted is None or booted_again is None:
        return None
    if booted_again - booted <= _SAME_BOOT:
        return None
    found: list[Difference] = []
    not_compared: list[str] = []
    for name, parts, compare in _COMPARISONS:
        why = next((why for part in parts if (why := _not_told(part, before, after))), None)
        if why is not None:
            not_compared.append(f"{name}: {why}")
        else:
            found += compare(before, after)
    order = list(DifferenceCode)
    ordered = sorted(found, key=lambda each: order.index(each.code))
    return SinceRun(
        run=before.run,
        before_at=before.read_at,
        differences=tuple(ordered[:_MOST]),
        not_compared=tuple(not_compared),
    )


def _booted_at(guest: GuestFacts) -> datetime | None:
    return guest.system.value.booted_at if guest.system.value is not None else None


def _not_told(part: str, before: BeforeRun, after: GuestFacts) -> str | None:
    """Why a part says nothing of what is missing: all that is there now has to be known, of before what was found."""
    then: Fact[Any] = getattr(before, part)
    now: Fact[Any] = getattr(after, part)
    return then.unknown_because or now.unknown_because or now.incomplete_because or _outdated(now, after)


def _outdated(part: Fact[Any], after: GuestFacts) -> str | None:
    """Why a part tells nothing of this boot: after a fix some parts are read again, the others are older."""
    booted = _booted_at(after)
    if booted is None or part.read_at is None:
        return None
    by_our_clock = booted - timedelta(seconds=after.clock_off_seconds or 0)
    return "read before the guest was started" if part.read_at < by_our_clock else None


def _mounts(before: BeforeRun, after: GuestFacts) -> Iterator[Difference]:
    then, now = before.mounts.value, after.mounts.value
    if then is None or now is None:
        return
    boot = before.boot_mounts.value
    on_access = boot.on_access if boot is not None else frozenset[str]()
    there, were = {each.point for each in now.mounts}, {each.point for each in then.mounts}
    for mount in _by_point(then.mounts):
        if mount.point not in there | on_access and not mount.comes_by_itself:
            yield _difference(DifferenceCode.MOUNT_MISSING, mount.point, _how_mounted(mount, boot))
    for area in then.swaps:
        if area.path not in {each.path for each in now.swaps}:
            by_hand = boot is not None and area.kind == "file" and not boot.names_swap(area.path)
            yield _difference(DifferenceCode.SWAP_MISSING, area.path, "set by hand before the run" if by_hand else "")
    for mount in _by_point(now.mounts):
        if mount.point not in were | on_access and not mount.comes_by_itself:
            yield _difference(DifferenceCode.MOUNT_NEW, mount.point, mount.source)


def _by_point(mounts: Iterable[Mount]) -> Iterable[Mount]:
    return {mount.point: mount for mount in mounts}.values()


def _how_mounted(mount: Mount, boot: BootMounts | None) -> str:
    source = mount.source if mount.source.startswith("/") or ":" in mount.source else mount.fs_type
    if boot is None:
        return source
    by_hand = mount.point not in boot.points
    return f"{source}, {'mounted by hand before the run' if by_hand else 'which /etc/fstab or a unit names'}"


def _units(before: BeforeRun, after: GuestFacts) -> Iterator[Difference]:
    then, now = _units_of(before.services), _units_of(after.services)
    for name, unit in now.items():
        if unit.active == "failed" and (name not in then or then[name].active != "failed"):
            was = then[name].active if name in then else ""
            yield _difference(DifferenceCode.UNIT_FAILED, name, f"{was} before the run" if was else "")
    for name, unit in then.items():
        if unit.active == "active" and unit.enabled == "enabled" and _is_still(now.get(name)):
            yield _difference(DifferenceCode.UNIT_STOPPED, name, "enabled")


def _is_still(unit: Unit | None) -> bool:
    return unit is None or unit.active in {"", "inactive"}


def _units_of(services: Fact[Services]) -> dict[str, Unit]:
    return {unit.name: unit for unit in services.value.units} if services.value is not None else {}


def _listeners(before: BeforeRun, after: GuestFacts) -> Iterator[Difference]:
    then, now = _listeners_of(before.services), _listeners_of(after.services)
    for key in then.keys() - now.keys():
        yield _difference(DifferenceCode.LISTENER_MISSING, *_named(then[key]))
    for key in now.keys() - then.keys():
        if now[key].port < _CHOSEN_PORTS:
            yield _difference(DifferenceCode.LISTENER_NEW, *_named(now[key]))


def _listeners_of(services: Fact[Services]) -> dict[tuple[str, int, str], Listener]:
    """By what stays over a start: the port, or the program where the kernel chose the port."""
    listeners = services.value.listeners if services.value is not None else ()
    found: dict[tuple[str, int, str], Listener] = {}
    for each in listeners:
        chosen = each.port >= _CHOSEN_PORTS
        if chosen and (each.protocol == "udp" or not each.process):
            continue
        if each.port in _FORWARDED_DISPLAYS and each.process.startswith("sshd"):
            continue
        found.setdefault((each.protocol, 0, each.process) if chosen else (each.protocol, each.port, ""), each)
    return found


def _named(listener: Listener) -> tuple[str, str]:
    return f"{listener.protocol} {listener.port}", listener.process


def _containers(before: BeforeRun, after: GuestFacts) -> Iterator[Difference]:
    if before.running.value is not None and after.running.value is not None:
        there = {each.name for each in after.running.value.containers}
        for container in before.running.value.containers:
            if container.name not in there:
                policy = container.restart_policy or "no"
                yield _difference(DifferenceCode.CONTAINER_STOPPED, container.name, f"restart policy {policy}")
    lost = _podman(before.services) - _podman(after.services)
    for user, count in sorted(lost.items()):
        yield _difference(DifferenceCode.CONTAINER_STOPPED, f"{count} of Podman", f"of {user}" if user else "")


def _podman(services: Fact[Services]) -> Counter[str]:
    processes = services.value.processes if services.value is not None else ()
    return Counter(each.user for each in processes if each.name == _PODMAN)


def _programs(before: BeforeRun, after: GuestFacts) -> Iterator[Difference]:
    then, now = before.running.value, after.running.value
    if then is None or now is None:
        return
    there = {(each.user, each.name) for each in now.programs}
    longest: dict[tuple[str, str], int] = {}
    for each in then.programs:
        if each.is_work and each.name != _PODMAN and (each.user, each.name) not in there:
            key = each.user, each.name
            longest[key] = max(each.seconds, longest.get(key, 0))
    for (user, name), seconds in longest.items():
        yield _difference(DifferenceCode.PROGRAM_ENDED, name, f"of {user}, had run for {duration(seconds)}")


def _difference(code: DifferenceCode, what: str, evidence: str) -> Difference:
    return Difference(code=code, what=what, evidence=evidence)


_COMPARISONS: tuple[tuple[str, tuple[str, ...], _Comparison], ...] = (
    ("mounts", ("mounts",), _mounts),
    ("units", ("services",), _units),
    ("listeners", ("services",), _listeners),
    ("containers", ("running", "services"), _containers),
    ("programs", ("running",), _programs),
)
"""What is compared, and which parts of both inspections it needs."""
