"""What a temporary instance can show of its source, and what it cannot: a part that would mislead is *unknown*.

The temporary instance boots the same disk on another machine. What runs there, is mounted there and listens there says
nothing of the source; other disks are not there, or are copies under other names; and until the probe had its turn the
first boot had begun already to write a machine-id, host keys and a network configuration of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from imaging.guest.report.readers.parts import PARTS
from models.fact import Fact, UnknownCode
from models.findings import Source
from models.guest.boot import Boot, Identity
from models.guest.disks import Disks
from models.guest.facts import NEEDS_SSH, GuestFacts
from models.guest.first_boot import CloudInit
from models.guest.mounts import BootMounts
from models.guest.network import Firewall, Network, Sshd
from models.guest.packages import Updates
from models.guest.services import Services, Unit
from models.guest.system import GuestSystem

HIDDEN = frozenset(part.name for part in PARTS.values() if part.running_only)
"""The parts of the probe that a temporary instance is not even asked for."""


@dataclass(frozen=True)
class SelfReport:
    """What the temporary instance said about itself beside the report."""

    instance_id: str = ""
    """Its own id, under which cloud-init keeps what belongs to the temporary instance and not to the source."""
    machine_id: str = ""
    """own: made by its boot, for the disk brought none along; kept: the disk's; missing: none even now."""


def of_the_source(facts: GuestFacts, said: SelfReport) -> GuestFacts:
    """Take away from the facts of a temporary instance what is its own.

    Args:
        facts: the report as it came.
        said: what the temporary instance said about itself.
    """
    changes: dict[str, Fact[Any]] = {name: _needs_ssh(NEEDS_SSH) for name in HIDDEN}
    for name, shown in _shown(said).items():
        fact: Fact[Any] = getattr(facts, name)
        if fact.value is not None:
            changes[name] = shown(fact)
    changes["identity"] = _identity(facts.identity, said)
    return facts.model_copy(update={**changes, "clock_off_seconds": None})


def _shown(said: SelfReport) -> Mapping[str, Callable[[Fact[Any]], Fact[Any]]]:
    return {
        "system": _system,
        "disks": _disks,
        "boot_mounts": _boot_mounts,
        "services": _services,
        "updates": _updates,
        "cloud_init": lambda fact: _cloud_init(fact, said.instance_id),
        "network": _network,
        "sshd": _sshd,
        "firewall": _firewall,
        "boot": _boot,
    }


def _system(fact: Fact[GuestSystem]) -> Fact[GuestSystem]:
    return _but(fact, host_name="", instance_id="", booted_at=None)


def _disks(fact: Fact[Disks]) -> Fact[Disks]:
    return _lacking(fact, "volumes other than the root disk: needs SSH")


def _boot_mounts(fact: Fact[BootMounts]) -> Fact[BootMounts]:
    if fact.value is None or not (fact.value.physical_volumes or fact.value.arrays):
        return fact
    return _lacking(fact, "LVM and RAID on other volumes: needs SSH")


def _services(fact: Fact[Services]) -> Fact[Services]:
    """What is enabled stands on the disk; the temporary instance had hardly begun to start any of it."""
    units = fact.value.units if fact.value else ()
    enabled = tuple(Unit(name=unit.name, enabled=unit.enabled) for unit in units)
    return _but(fact, units=enabled, listeners=(), processes=(), runs=False)


def _updates(fact: Fact[Updates]) -> Fact[Updates]:
    """The request to reboot lies in /run, which the temporary instance's own boot has emptied."""
    return _but(fact, reboot_required=None, reboot_packages=())


def _cloud_init(fact: Fact[CloudInit], own_id: str) -> Fact[CloudInit]:
    """Its status and the user data of the temporary instance are its own."""
    given = fact.value.user_data if fact.value else ()
    earlier = tuple(each for each in given if not _is_temporary(each.path, own_id))
    return _but(fact, status="", errors=(), user_data=earlier)


def _is_temporary(path: str, own_id: str) -> bool:
    return path.startswith("/var/lib/cloud/instance/") or (bool(own_id) and f"/{own_id}/" in path)


def _network(fact: Fact[Network]) -> Fact[Network]:
    """What cloud-init wrote is the temporary instance's already; it is written again for every instance anyway."""
    settings = fact.value.settings if fact.value else ()
    return _but(fact, settings=tuple(each for each in settings if not each.by_cloud_init))


def _sshd(fact: Fact[Sshd]) -> Fact[Sshd]:
    """cloud-init makes new host keys about now, so these may be either's."""
    return _but(fact, host_keys=())


def _firewall(fact: Fact[Firewall]) -> Fact[Firewall]:
    """So early in the boot no rules are loaded: that none was seen says nothing, but that no tool would load any."""
    if fact.value is not None and not fact.value.tools:
        return _but(fact, rules=None, ssh_open=True, why="no packet filter starts by itself")
    return _but(fact, rules=None, ssh_open=None, why="needs SSH: the rules are loaded later in the boot")


def _boot(fact: Fact[Boot]) -> Fact[Boot]:
    agent = fact.value.guest_agent if fact.value else ""
    return _but(fact, guest_agent="enabled" if agent == "active" else agent)


def _identity(fact: Fact[Identity], said: SelfReport) -> Fact[Identity]:
    """The temporary instance's machine-id tells what the disk brought along, if it can tell whose it is."""
    word = {"own": "empty", "kept": "filled", "missing": "missing"}.get(said.machine_id)
    if fact.value is None:
        return fact
    if word is None:
        return _needs_ssh("needs SSH: the temporary instance cannot compare its machine-id with that of the instance")
    return _but(fact, machine_id=word, machine_id_digest=fact.value.machine_id_digest if word == "filled" else "")


def _but(fact: Fact[Any], **values: object) -> Fact[Any]:
    return fact.model_copy(update={"value": fact.value.model_copy(update=values)}) if fact.value is not None else fact


def _lacking(fact: Fact[Any], what: str) -> Fact[Any]:
    because = "; ".join(part for part in (fact.incomplete_because, what) if part)
    return fact.model_copy(update={"incomplete_because": because})


def _needs_ssh(because: str) -> Fact[Any]:
    return Fact[Any](unknown_because=because, unknown_code=UnknownCode.NEEDS_SSH, source=Source.GUEST)
