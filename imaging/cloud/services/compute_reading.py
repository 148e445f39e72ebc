"""What is read from Nova, by calls that change nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.interface import InstanceActions, InstanceChanges
from imaging.cloud.readers.flavor import read_flavor
from imaging.cloud.readers.instance import read_action, read_attachment, read_instance, read_port
from imaging.cloud.readers.key_pair import read_key_pair
from imaging.cloud.readers.values import mapping, text
from imaging.cloud.services.microversions import ACTIONS_PAGE, Microversion, negotiated
from imaging.cloud.services.paging import Page, pages, read_all
from models import foreign
from models.cloud.flavor import Flavor
from models.cloud.instance import Instance, InstanceFlavor, VolumeAttachment
from models.cloud.key_pair import KeyPair
from models.cloud.network import Port
from models.errors import BadAnswerError, ForbiddenError, ForeignValueError, ImagingError, NotFoundError, RejectedError

T = TypeVar("T")

_log = logging.getLogger(__name__)

_DISCOVERING = "find out what the compute service can do"
_FIRST_PAGE = 100
"""Enough for any screen, and much sooner there than a page of a thousand."""
_MOST_ACTIONS = 50
_MOST_LONE_FLAVORS = 50
"""Looked up one by one for a page of instances; a cloud that names a new one for each instance gets no more calls."""
_MOST_VERSION = 10**6
_PARTS = 2
"""Of a version: major and minor."""


class ComputeReading:
    """Nova, as far as it is only read."""

    def __init__(self, transport: Transport) -> None:
        """Keep the way to the cloud; the microversion is negotiated at the first call."""
        self._transport = transport
        self._version: Microversion | None = None
        self._negotiating = asyncio.Lock()
        self._flavor_by_id: dict[str, InstanceFlavor] = {}

    async def microversion(self) -> Microversion:
        """The highest microversion that both sides know; 2.1 at least."""
        # The first calls of a screen run side by side: without the lock each would negotiate for itself.
        async with self._negotiating:
            if self._version is None:
                highest = await self._transport.run(_discovered) or await self._asked_plainly()
                self._version = negotiated(highest)
        return self._version

    async def _asked_plainly(self) -> Microversion | None:
        """Ask for the version document ourselves.

        keystoneauth takes a version document that cannot be had *just now* for a service without versions, and the
        cloud would pass for one of 2015 from then on. Here a passing trouble is an error like any other.
        """
        call = Call("compute", "GET", "/", _DISCOVERING)
        try:
            return await self._transport.ask(call, _highest)
        except (NotFoundError, ForbiddenError, BadAnswerError, RejectedError):
            _log.warning("the compute service shows no version document; it is taken to be at 2.1")
            return None

    async def instances(self) -> AsyncIterator[tuple[Instance, ...]]:
        """All instances of the project, page by page, newest first; the first page is a short one."""
        call = await self._call("GET", "/servers/detail", "list instances")
        async for page in pages(self._transport, call, "servers", read_instance, first_limit=_FIRST_PAGE):
            yield await self._with_sizes(page.items)

    async def changed_instances(self, since: datetime) -> InstanceChanges:
        """What changed since a time of the server, deleted ones included with status DELETED."""
        # Cut off and not rounded: a second too late would miss a change.
        start = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        call = await self._call("GET", "/servers/detail", "list changed instances", params={"changes-since": start})
        changed: list[Instance] = []
        first: Page[Instance] | None = None
        async for page in pages(self._transport, call, "servers", read_instance):
            first = first or page
            changed.extend(page.items)
        # Of the first page: what changes while later pages are read belongs to the next question.
        server_time = first.answer.server_time if first else None
        return InstanceChanges(await self._with_sizes(tuple(changed)), server_time)

    async def server_time(self) -> datetime | None:
        """What time it is by the cloud's clock: the `Date` of a small answer."""
        call = await self._call("GET", "/servers", "read the cloud's time", params={"limit": 1})
        return await self._transport.ask(call, lambda answer: answer.server_time)

    async def instance(self, instance_id: str) -> Instance:
        """One instance. Raises NotFoundError when it is gone."""

        def read(answer: Answer) -> Instance:
            return _required(read_instance(mapping(answer.body.get("server"))))

        call = await self._call("GET", path("servers", instance_id), f"read the instance {instance_id}")
        found = await self._transport.ask(call, read)
        return (await self._with_sizes((found,)))[0]

    async def attachments(self, instance_id: str) -> tuple[VolumeAttachment, ...]:
        """Its volume attachments, in no order, the root volume of a volume-backed one included."""
        call = await self._call(
            "GET",
            path("servers", instance_id, "os-volume_attachments"),
            f"list the volumes of the instance {instance_id}",
        )
        return await self._transport.ask(
            call, lambda answer: read_all(answer.body, "volumeAttachments", read_attachment)
        )

    async def ports(self, instance_id: str) -> tuple[Port, ...]:
        """Where it meets which networks, by id: the addresses of an instance name networks by their names alone."""
        call = await self._call(
            "GET", path("servers", instance_id, "os-interface"), f"list the ports of the instance {instance_id}"
        )
        return await self._transport.ask(call, lambda answer: read_all(answer.body, "interfaceAttachments", read_port))

    async def actions(self, instance_id: str) -> InstanceActions:
        """What was asked of it, newest first; the last fifty where the cloud can page them (2.58)."""
        call = await self._call(
            "GET",
            path("servers", instance_id, "os-instance-actions"),
            f"list what was asked of the instance {instance_id}",
        )
        if await self.microversion() >= ACTIONS_PAGE:
            call = replace(call, params={"limit": _MOST_ACTIONS})

        def read(answer: Answer) -> InstanceActions:
            return InstanceActions(read_all(answer.body, "instanceActions", read_action), answer.server_time)

        return await self._transport.ask(call, read)

    async def console_log(self, instance_id: str) -> str:
        """The raw text of its console. It is a POST, but changes nothing, so it is asked again like a GET."""

        def read(answer: Answer) -> str:
            output = answer.body.get("output")
            return output if isinstance(output, str) else ""

        call = await self._call(
            "POST",
            path("servers", instance_id, "action"),
            f"read the console of the instance {instance_id}",
            json={"os-getConsoleOutput": {}},
        )
        return await self._transport.ask(replace(call, harmless=True), read)

    async def flavors(self) -> tuple[Flavor, ...]:
        """All flavors that the project can use, with extra specs where shown (2.61)."""
        call = await self._call("GET", "/flavors/detail", "list flavors")
        found: list[Flavor] = []
        async for page in pages(self._transport, call, "flavors", read_flavor):
            found.extend(page.items)
        return tuple(found)

    async def key_pairs(self) -> tuple[KeyPair, ...]:
        """The key pairs of the user who is logged in."""
        call = await self._call("GET", "/os-keypairs", "list key pairs")
        found: list[KeyPair] = []
        async for page in pages(self._transport, call, "keypairs", read_key_pair):
            found.extend(page.items)
        return tuple(found)

    async def limits(self) -> Mapping[str, Any]:
        """The answer of `GET /limits`: quotas and what of them is used."""
        call = await self._call("GET", "/limits", "read the quotas of instances")
        return await self._transport.ask(call, lambda answer: answer.body)

    async def _call(
        self, method: str, url: str, doing: str, *, json: Any = None, params: Mapping[str, str | int] | None = None
    ) -> Call:
        return Call("compute", method, url, doing, json, params or {}, microversion=await self.microversion())

    async def _with_sizes(self, instances: tuple[Instance, ...]) -> tuple[Instance, ...]:
        """Below 2.47 an instance names its flavor by id alone: look the sizes up, once for each flavor."""
        wanted = {one.flavor.id for one in instances if one.flavor.id and one.flavor.name is None}
        if wanted - self._flavor_by_id.keys():
            await self._learn_flavors(wanted - self._flavor_by_id.keys())
        return tuple(
            one.model_copy(update={"flavor": self._flavor_by_id.get(one.flavor.id, one.flavor)})
            if one.flavor.id in wanted
            else one
            for one in instances
        )

    async def _learn_flavors(self, wanted: set[str]) -> None:
        """All flavors at once, then singly those that are no longer offered, some of them. Others stay bare."""
        for flavor in await self.flavors():
            self._flavor_by_id[flavor.id] = _embedded(flavor)
        for flavor_id in sorted(wanted - self._flavor_by_id.keys())[:_MOST_LONE_FLAVORS]:
            self._flavor_by_id[flavor_id] = await self._lone_flavor(flavor_id)

    async def _lone_flavor(self, flavor_id: str) -> InstanceFlavor:
        def read(answer: Answer) -> InstanceFlavor:
            return _embedded(_required(read_flavor(mapping(answer.body.get("flavor")))))

        call = await self._call("GET", path("flavors", flavor_id), f"read the flavor {flavor_id}")
        try:
            return await self._transport.ask(call, read)
        except ImagingError:
            return InstanceFlavor(id=flavor_id)


def _discovered(connection: Any) -> Microversion | None:
    """What keystoneauth read in Nova's version document on its way, in a thread of the pool."""
    data = connection.endpoint_data("compute", _DISCOVERING)
    highest = data.max_microversion if data else None
    return _microversion(*highest) if isinstance(highest, tuple) and len(highest) == _PARTS else None


def _highest(answer: Answer) -> Microversion | None:
    """The highest microversion in a version document; None where it names none."""
    named = text(mapping(answer.body.get("version")).get("version")) or ""
    major, _, minor = named.partition(".")
    return _microversion(major, minor)


def _microversion(major: Any, minor: Any) -> Microversion | None:
    """The two numbers; keystoneauth gives infinity for a minor version named `latest`."""
    try:
        return foreign.whole(major, low=0, high=_MOST_VERSION), foreign.whole(minor, low=0, high=_MOST_VERSION)
    except ForeignValueError:
        return None


def _embedded(flavor: Flavor) -> InstanceFlavor:
    return InstanceFlavor(
        id=flavor.id,
        name=flavor.name,
        vcpus=flavor.vcpus,
        ram_mib=flavor.ram_mib,
        disk_gib=flavor.disk_gib,
        ephemeral_gib=flavor.ephemeral_gib,
        swap_mib=flavor.swap_mib,
    )


def _required(read: T | None) -> T:
    """What must be there in an answer about one thing.

    Raises:
        ValueError: it is not, which the transport turns into BadAnswerError.
    """
    if read is None:
        msg = "the answer has no id"
        raise ValueError(msg)
    return read
