"""What cloud-init and systemd say about the two boots, beside what they said on the source."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from imaging.guidelines.wording import listed
from imaging.guidelines.works.tested import (
    BOOTS,
    Answer,
    Tested,
    each_told,
    failed,
    passed,
    skipped,
    unknown,
    untold,
    warned,
)
from models.guest.services import Services, Unit
from models.seal.plan import TargetAction

_ENABLED = frozenset({"enabled", "enabled-runtime"})
_TOLD_KINDS = (".service", ".socket", ".timer")
"""Kinds of units of which a test instance tells whether they are enabled."""


def cloud_init(tested: Tested) -> Answer:
    """Whether cloud-init counts errors; those from which it recovered are told."""
    errors = [
        f"boot {number}: {line}"
        for number, lines in each_told(tested, lambda boot: boot.cloud_init_errors)
        for line in lines
    ]
    recovered = [
        f"boot {number}, recovered: {line}"
        for number, lines in each_told(tested, lambda boot: boot.cloud_init_recoverable)
        for line in lines
    ]
    if errors:
        return failed("cloud-init counts errors.", [*errors, *recovered])
    missing = untold(tested, lambda boot: boot.cloud_init_errors, "The results of cloud-init")
    if missing is not None:
        return missing
    return passed(f"cloud-init has no errors{', but recovered from some' if recovered else ''}.", recovered)


def failed_units(tested: Tested) -> Answer:
    """Whether services run after both boots.

    These do not work: a unit that failed in both boots; one that started at the first boot and failed at the second;
    and a service that ran after the first boot, runs on the source, and does not run after the second. The second boot
    is what every later one is like, so what only the first can do is as broken as what none can. One that failed at
    the first boot alone is a warning: it met something that a first boot has and no later one.

    What failed on the source counts for nothing here, nor what needs a mount that is known to be missing.
    """
    by_boot = {
        number: frozenset(units) - _excused(tested, number)
        for number, units in each_told(tested, lambda boot: boot.failed_units)
    }
    first, second = (by_boot.get(number, frozenset()) for number in BOOTS)
    both = [f"{name} failed in both boots" for name in sorted(first & second)]
    later = (
        [f"{name} failed at the second boot" for name in sorted(second - first)] if len(by_boot) == len(BOOTS) else []
    )
    stopped, doubtful = _not_running_again(tested, second)
    broken = [*both, *later, *(f"{name} runs after the first boot alone" for name in stopped)]
    noted = [
        *(f"{name} failed at the first boot alone" for name in sorted(first - second)),
        *(f"{name} ran after the first boot, and not after the second" for name in doubtful),
    ]
    if broken:
        return failed(f"Services do not work: {listed(_names(broken))}.", [*broken, *noted])
    missing = untold(tested, lambda boot: boot.failed_units, "Failed units") or untold(
        tested, lambda boot: boot.running_units, "Running services"
    )
    if missing is not None:
        return missing
    if noted:
        return warned(f"The two boots differ: {listed(_names(noted))}.", noted)
    excused = sorted({name for _, units in each_told(tested, lambda boot: boot.failed_units) for name in units})
    if excused:
        return passed("Nothing failed but what failed on the source or needs a missing mount.", excused)
    return passed("No unit failed.")


def _names(lines: Iterable[str]) -> list[str]:
    return [line.partition(" ")[0] for line in lines]


def _excused(tested: Tested, number: int) -> frozenset[str]:
    boot = tested.report.boot(number) if tested.report is not None else None
    by_mount = frozenset(boot.failed_because_of_mount) if boot is not None else frozenset[str]()
    return by_mount | {unit.name for unit in _source_units(tested) if unit.active == "failed"}


def _source_services(tested: Tested) -> Services | None:
    return tested.source.services.value if tested.source is not None else None


def _source_units(tested: Tested) -> tuple[Unit, ...]:
    services = _source_services(tested)
    return services.units if services is not None else ()


def _not_running_again(tested: Tested, failed_later: frozenset[str]) -> tuple[list[str], list[str]]:
    """Enabled services that run after the first boot alone: those that run on the source, and those unknown there.

    Others start a service and let it end (D-Bus, timers), so only enabled ones count, and among those one that the
    source is known not to run is left out.
    """
    running = dict(
        each_told(tested, lambda boot: frozenset(boot.running_units) if boot.running_units is not None else None)
    )
    if len(running) != len(BOOTS):
        return [], []
    enabled = {name for _, units in each_told(tested, lambda boot: boot.enabled_units) for name in units}
    gone = sorted((running[1] - running[2] - failed_later) & enabled)
    services = _source_services(tested)
    if services is None or not services.runs:
        return [], gone
    on_source = {unit.name for unit in services.units if unit.active in {"active", "running"}}
    return [name for name in gone if name in on_source], []


def lost_units(tested: Tested) -> Answer:
    """Whether what starts by itself on the source does so here, but for what was agreed to go."""
    services = _source_services(tested)
    if services is None:
        if not tested.has_source:
            return skipped("There is no source to compare with.")
        return unknown("Which units are enabled on the source is not known.")
    wanted = {unit.name for unit in services.units if unit.enabled in _ENABLED and unit.name.endswith(_TOLD_KINDS)}
    # A first boot sets units up by presets and may take them away again, so the last boot that was told counts.
    told = list(each_told(tested, lambda boot: boot.enabled_units))
    lost = sorted(wanted - _agreed_to_go(tested) - frozenset(told[-1][1])) if told else []
    if lost:
        return failed(f"Enabled on the source, and not here: {listed(lost)}.", lost)
    missing = untold(tested, lambda boot: boot.enabled_units, "Enabled units")
    if missing is not None:
        return missing
    if tested.source is not None and tested.source.services.incomplete_because:
        return passed("Everything that is known to be enabled on the source is enabled here; not all of it is known.")
    return passed("Everything that is enabled on the source is enabled here.")


def _agreed_to_go(tested: Tested) -> frozenset[str]:
    """Units whose files a seal removes."""
    if tested.seal is None:
        return frozenset()
    return frozenset(
        PurePosixPath(target.name).name
        for operation in tested.seal.operations
        for target in operation.targets
        if target.action is TargetAction.REMOVE
    )


def listeners(tested: Tested) -> Answer:
    """Which sockets others could reach: told, never judged, for the test instance accepts no connection."""
    told = list(each_told(tested, lambda boot: boot.sockets))
    if not told:
        return unknown("Which sockets are open is not known.")
    sockets = [
        f"{each.protocol} {each.address}:{each.port}{f' {each.process}' if each.process else ''}"
        for each in told[-1][1]
    ]
    return passed("Sockets beyond loopback are told, not judged.", sockets or ["none"])
