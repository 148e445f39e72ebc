"""The disk, the network and the clock, as the test instance has them."""

from __future__ import annotations

import ipaddress

from imaging.guidelines.wording import listed
from imaging.guidelines.works.tested import Answer, Tested, each_told, failed, passed, skipped, unknown, untold, warned
from models.formatting import size
from models.works.report import NameServerSeen

_SHARE = 10
_SMALL = 512 * 1024**2
"""What a file system takes for itself, and what partitioning leaves: a tenth of the disk, half a GiB at least."""


def root_size(tested: Tested) -> Answer:
    """Whether the root took all of the flavor's disk; with no room beyond the image's own there is nothing to see."""
    boot = tested.last_boot()
    if boot is not None and boot.root_on_lvm and boot.root_disk_bytes is None:
        return warned(
            "The root lies on LVM, which does not grow by itself.", [f"root file system: {size(boot.root_bytes)}"]
        )
    if boot is None or boot.root_bytes is None or boot.root_disk_bytes is None:
        return unknown("How large the root file system is, or its disk, is not known.")
    disk, room = boot.root_disk_bytes, boot.root_disk_bytes - (boot.root_taken_bytes or 0)
    told = [f"root file system: {size(boot.root_bytes)}", f"disk: {size(disk)}"]
    if tested.flavor_disk_bytes:
        told.append(f"flavor: {size(tested.flavor_disk_bytes)}")
    if tested.image_disk_bytes is not None and disk - tested.image_disk_bytes <= _slack(disk):
        return skipped("The disk has no room beyond the image's own.", told)
    if boot.root_bytes >= room - _slack(room):
        return passed(f"The root file system has grown to {size(boot.root_bytes)}.", told)
    reason = f"The root file system has {size(boot.root_bytes)} of a disk of {size(disk)}"
    if boot.root_on_lvm:
        return warned(f"{reason}; it lies on LVM, which does not grow by itself.", told)
    return failed(f"{reason}: it did not grow.", told)


def _slack(of_bytes: int) -> int:
    return max(of_bytes // _SHARE, _SMALL)


def name_servers(tested: Tested) -> Answer:
    """Whether the name servers that the image itself names answer; those that the network names are the cloud's."""
    dead, silent, excused = [], [], []
    for number, servers in each_told(tested, lambda boot: boot.name_servers):
        boot = tested.report.boot(number) if tested.report is not None else None
        for each in servers:
            if not each.by_image or each.answers:
                continue
            told = f"boot {number}: {each.address}"
            if each.answers is None:
                silent.append(told)
            elif boot is not None and boot.has_default_route is False and not _is_local(each):
                excused.append(told)
            else:
                dead.append(told)
    if dead:
        return failed("A name server that the image names does not answer.", dead)
    if silent:
        return unknown("Nothing in the image could ask the name servers that it names.", silent)
    missing = untold(tested, lambda boot: boot.name_servers, "The name servers")
    if missing is not None:
        return missing
    if excused:
        return skipped("The network has no way out to the name servers that the image names.", excused)
    return passed("Every name server that the image names answers." if _names_any(tested) else "The image names none.")


def _names_any(tested: Tested) -> bool:
    return any(each.by_image for _, servers in each_told(tested, lambda boot: boot.name_servers) for each in servers)


def _is_local(server: NameServerSeen) -> bool:
    """Whether it is the instance itself, which needs no way out."""
    try:
        return ipaddress.ip_address(server.address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def outside(tested: Tested) -> Answer:
    """Whether an address outside the cloud answers; a network without a way out is no fault of the image."""
    boot = tested.last_boot()
    if boot is None:
        return unknown("Whether an address outside answers is not known.")
    tried = boot.outside or ()
    if boot.outside_answered:
        return passed("An address outside answers.", tried)
    if boot.has_default_route is False:
        return skipped("The network has no way out.", tried)
    if boot.checked and not tried:
        return skipped("No address outside is known that could be asked.")
    if boot.outside_answered is None:
        return unknown("Whether an address outside answers is not known.", tried)
    return warned(f"No address outside answers: {listed(tried)}." if tried else "No address outside answers.", tried)


def clock(tested: Tested) -> Answer:
    """Whether its clock follows a time service."""
    boot = tested.last_boot()
    synchronised = boot.clock_synchronised if boot is not None else None
    if synchronised is None:
        return unknown("Whether its clock follows a time service is not known.")
    if not synchronised:
        return warned("Its clock follows no time service.")
    return passed("Its clock follows a time service.")
