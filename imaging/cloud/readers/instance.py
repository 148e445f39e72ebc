"""Reads Nova servers and what hangs on them, at any microversion from 2.1 on."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from imaging.cloud.readers.values import flag, gibibytes, mapping, moment, rows, size, strings, text, whole, word, words
from models.cloud.instance import Address, Instance, InstanceAction, InstanceFlavor, VolumeAttachment
from models.cloud.network import Port

_FLAVORS_KEPT = 256
_POWER_STATES = {0: "no state", 1: "running", 3: "paused", 4: "shut down", 6: "crashed", 7: "suspended"}


def read_instance(raw: Mapping[str, Any]) -> Instance | None:
    """One server as `GET /servers/detail` and `GET /servers/{id}` show it; None without an id."""
    instance_id = text(raw.get("id"))
    if instance_id is None:
        return None
    return Instance(
        id=instance_id,
        name=text(raw.get("name")) or "",
        # UNKNOWN is also what Nova shows while the cell of the instance is down.
        status=word(raw.get("status"), "UNKNOWN").upper(),
        task_state=text(raw.get("OS-EXT-STS:task_state")),
        vm_state=text(raw.get("OS-EXT-STS:vm_state")),
        power_state=_power_state(raw.get("OS-EXT-STS:power_state")),
        # None below 2.9, which is not the same as unlocked.
        locked=flag(raw.get("locked")),
        locked_reason=text(raw.get("locked_reason")),
        image_id=text(mapping(raw.get("image")).get("id")),
        # V9: the empty text. A missing field says nothing (so Nova shows an instance it half knows), nor does null.
        volume_backed=raw.get("image") == "",
        flavor=read_instance_flavor(raw.get("flavor")),
        addresses=_addresses(raw.get("addresses")),
        attached_volume_ids=_volume_ids(raw.get("os-extended-volumes:volumes_attached")),
        key_name=text(raw.get("key_name")),
        user_id=text(raw.get("user_id")),
        project_id=text(raw.get("tenant_id")),
        created_at=moment(raw.get("created")),
        updated_at=moment(raw.get("updated")),
        launched_at=moment(raw.get("OS-SRV-USG:launched_at")),
        metadata=strings(raw.get("metadata")),
        tags=words(raw.get("tags")),
        security_group_names=tuple(
            name for group in rows(raw.get("security_groups")) if (name := text(group.get("name")))
        ),
        root_device=text(raw.get("OS-EXT-SRV-ATTR:root_device_name")),
        fault=text(mapping(raw.get("fault")).get("message")),
    )


def read_instance_flavor(value: Any) -> InstanceFlavor:
    """The flavor of a server: from 2.47 on the sizes and the name without the id, before that the id alone."""
    raw = mapping(value)
    sizes = (
        size(raw.get("vcpus")),
        size(raw.get("ram")),
        gibibytes(raw.get("disk")),
        gibibytes(raw.get("ephemeral")),
        size(raw.get("swap")),
    )
    return _flavor(text(raw.get("id")), text(raw.get("original_name")), *sizes)


@lru_cache(maxsize=_FLAVORS_KEPT)
def _flavor(flavor_id: str | None, name: str | None, *sizes: int | None) -> InstanceFlavor:
    """A flavor is made once and shared: ten thousand instances have a dozen, and would be a fifth larger."""
    vcpus, ram, disk, ephemeral, swap = sizes
    return InstanceFlavor(
        id=flavor_id,
        name=name,
        vcpus=vcpus,
        ram_mib=ram,
        disk_gib=disk,
        ephemeral_gib=ephemeral,
        swap_mib=swap,
    )


def read_attachment(raw: Mapping[str, Any]) -> VolumeAttachment | None:
    """One row of `os-volume_attachments`; None without a volume id (2.89 dropped `id`, never `volumeId`)."""
    volume_id = text(raw.get("volumeId"))
    if volume_id is None:
        return None
    return VolumeAttachment(
        volume_id=volume_id,
        device=text(raw.get("device")),
        delete_on_termination=flag(raw.get("delete_on_termination")),
        tag=text(raw.get("tag")),
    )


def read_port(raw: Mapping[str, Any]) -> Port | None:
    """One row of `os-interface`; None where it names no port or no network."""
    port_id, network_id = text(raw.get("port_id")), text(raw.get("net_id"))
    if port_id is None or network_id is None:
        return None
    addresses = (text(fixed.get("ip_address")) for fixed in rows(raw.get("fixed_ips")))
    return Port(id=port_id, network_id=network_id, addresses=tuple(address for address in addresses if address))


def read_action(raw: Mapping[str, Any]) -> InstanceAction | None:
    """One row of `os-instance-actions`; None where it names no action."""
    action = text(raw.get("action"))
    if action is None:
        return None
    return InstanceAction(
        request_id=text(raw.get("request_id")) or "",
        action=action,
        started_at=moment(raw.get("start_time")),
        message=text(raw.get("message")),
        user_id=text(raw.get("user_id")),
    )


def _power_state(value: Any) -> str | None:
    number = whole(value)
    return None if number is None else _POWER_STATES.get(number, f"state {number}")


def _addresses(value: Any) -> tuple[Address, ...]:
    return tuple(
        Address(
            network_name=text(network) or "",
            address=address,
            kind=word(row.get("OS-EXT-IPS:type"), "fixed"),
        )
        for network, listed in mapping(value).items()
        for row in rows(listed)
        if (address := text(row.get("addr")))
    )


def _volume_ids(value: Any) -> tuple[str, ...]:
    return tuple(volume_id for row in rows(value) if (volume_id := text(row.get("id"))))
