"""Every built-in check once, in the order in which they are told, with what makes it block."""

from __future__ import annotations

from imaging.guidelines.works.checks import boots, identity, machine, services
from imaging.guidelines.works.tested import Check, always
from models.works.outcome import CheckId

CHECKS: tuple[Check, ...] = (
    Check(CheckId.SECOND_BOOT, boots.second_boot, always),
    Check(CheckId.MOUNTS, boots.mounts, always),
    Check(CheckId.IDENTITY, identity.identity, always),
    Check(CheckId.CLOUD_INIT, services.cloud_init, always),
    Check(CheckId.FAILED_UNITS, services.failed_units, always),
    Check(CheckId.LOST_UNITS, services.lost_units, always),
    Check(CheckId.ROOT_SIZE, machine.root_size, always),
    Check(CheckId.NAME_SERVERS, machine.name_servers, always),
    Check(CheckId.LOGIN_KEY, identity.login_key, always),
    # A seal promises that nobody of the past gets in; a plain image makes no such promise.
    Check(CheckId.OTHER_KEYS, identity.other_keys, lambda tested: tested.sealed),
    Check(CheckId.OUTSIDE, machine.outside),
    Check(CheckId.CLOCK, machine.clock),
    Check(CheckId.HOST_NAME, identity.host_name),
    Check(CheckId.BOOT_TIME, boots.boot_time),
    Check(CheckId.LISTENERS, services.listeners),
    Check(CheckId.TWINS, identity.twins, always, applies=lambda tested: tested.twins_wanted),
)
