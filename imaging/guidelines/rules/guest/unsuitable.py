"""Chapter *Software*: what runs and does not fit a cloud."""

from __future__ import annotations

import shlex

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside_or_none, running, unless_incomplete
from imaging.guidelines.rule import SEVERITIES, Answer, Chapter
from models.findings import Severity
from models.guest.services import Listener, Services
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import UnsuitableRow


@rule(
    "SW-CLOUD-UNSUITABLE",
    Chapter.SOFTWARE,
    "Services that are unsuitable for a cloud",
    Severity.WARN,
    sentences=("S27",),
    by_hand="sudo ss -tulpn; systemctl list-units --type=service --state=running",
)
def sw_cloud_unsuitable(facts: InstanceFacts, profile: Profile) -> Answer:
    """What runs is warned of; what is only installed is possible. Containers and the tools of KVM are fine."""
    rows = tables.unsuitable(profile)
    services = inside_or_none(facts, parts.services)
    if services is not None:
        runs = [(row, what) for row in rows if (what := _enabled(services, row) or _runs(services, row))]
        if runs:
            return _found_running(facts, runs)
    packages = inside_or_none(facts, parts.packages)
    names = packages.names if packages is not None else ()
    there = [(row, name) for row in rows for name in names if tables.matches(name, row.packages)]
    if there:
        return guest_failed(
            fitted("Installed, not seen running: ", [f"{row.kind} (package {name})" for row, name in there]),
            "Remove it if no new instance needs it.",
            facts,
            parts.packages,
            severity=Severity.INFO,
        )
    running(facts)
    passed = guest_passed("Nothing of the kind runs or is installed.", facts, parts.services)
    return unless_incomplete(passed, facts, parts.services, parts.packages)


def _enabled(services: Services, row: UnsuitableRow) -> str:
    """Its unit, where it starts by itself: that holds for new instances even if it does not run now."""
    unit = services.unit(row.unit) if row.unit else None
    return f"{unit.name} is enabled" if unit is not None and unit.enabled == "enabled" else ""


def _runs(services: Services, row: UnsuitableRow) -> str:
    """What of it runs or listens; empty if nothing does."""
    program = next((each.name for each in services.processes if tables.matches(each.name, row.processes)), "")
    if program:
        return program
    listener = next((each for each in services.listeners if _listens(each, row)), None)
    return f"{listener.process or 'somebody'} on {_port(listener)}" if listener else ""


def _listens(listener: Listener, row: UnsuitableRow) -> bool:
    who = f"{listener.process}@{listener.address}"
    return _port(listener) in row.ports and not tables.matches(who, row.harmless_listeners)


def _port(listener: Listener) -> str:
    return f"{listener.protocol.rstrip('46')}/{listener.port}"


def _found_running(facts: InstanceFacts, runs: list[tuple[UnsuitableRow, str]]) -> Answer:
    unit = next((row.unit for row, _ in runs if row.unit), "")
    worst = min((row.severity for row, _ in runs), key=SEVERITIES.index)
    return guest_failed(
        fitted("", [f"{row.kind} ({what})" for row, what in runs]),
        "Stop it and switch it off, unless new instances should run it.",
        facts,
        parts.services,
        command=shlex.join(["sudo", "systemctl", "disable", "--now", unit]) if unit else None,
        severity=worst,
    )
