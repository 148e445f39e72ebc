"""Nova: what is read from it, and what is asked of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.readers.values import mapping, text
from imaging.cloud.services.compute_reading import ComputeReading
from imaging.cloud.services.microversions import (
    ATTACH_TAG,
    CHANGE_DELETE_ON_TERMINATION,
    DELETE_ON_TERMINATION,
    LOCK_REASON,
    NO_NETWORK,
)
from imaging.cloud.services.protected_ids import Protected
from models.cloud.instance import Instance
from models.cloud.launch import AttachRequest, LaunchRequest
from models.errors import ConflictError, ImagingError, NotOwnedError, RejectedError
from models.run.claim import CLAIM_PREFIX

_ROLE_KEY = "imaging.role"
_DELETABLE_ROLES = frozenset({"test", "clone"})


class NovaCompute(ComputeReading):
    """Nova whole. Every call that is refused because of the instance's state says what that state is."""

    def __init__(self, transport: Transport, protected: Protected) -> None:
        """Keep the way to the cloud, and the ids of what is never deleted."""
        super().__init__(transport)
        self._protected = protected

    async def stop(self, instance_id: str) -> None:
        """Ask it to stop; raises ConflictError when its state does not allow it."""
        await self._act(instance_id, {"os-stop": None}, f"stop the instance {instance_id}")

    async def start(self, instance_id: str) -> None:
        """Ask it to start."""
        await self._act(instance_id, {"os-start": None}, f"start the instance {instance_id}")

    async def resume(self, instance_id: str) -> None:
        """Ask a suspended one to continue."""
        await self._act(instance_id, {"resume": None}, f"resume the instance {instance_id}")

    async def unpause(self, instance_id: str) -> None:
        """Ask a paused one to continue."""
        await self._act(instance_id, {"unpause": None}, f"unpause the instance {instance_id}")

    async def unshelve(self, instance_id: str) -> None:
        """Ask a shelved one to come back; it may be placed on another host."""
        await self._act(instance_id, {"unshelve": None}, f"unshelve the instance {instance_id}")

    async def confirm_resize(self, instance_id: str) -> None:
        """Give up the old size of one that was resized."""
        await self._act(instance_id, {"confirmResize": None}, f"confirm the resize of the instance {instance_id}")

    async def lock(self, instance_id: str, reason: str | None) -> None:
        """Lock it. Below 2.73 a reason would be dropped in silence, so none is sent; a locked one keeps its own."""
        has_reason = reason is not None and await self.microversion() >= LOCK_REASON
        body = {"lock": {"locked_reason": reason} if has_reason else None}
        await self._act(instance_id, body, f"lock the instance {instance_id}")

    async def unlock(self, instance_id: str) -> None:
        """Unlock it; raises ForbiddenError when an administrator locked it."""
        await self._act(instance_id, {"unlock": None}, f"unlock the instance {instance_id}")

    async def set_metadata(self, instance_id: str, items: Mapping[str, str]) -> None:
        """Add or replace metadata keys; other keys stay. Nova reads, merges and writes whole, without a lock."""
        await self._change(
            instance_id,
            await self._call(
                "POST",
                path("servers", instance_id, "metadata"),
                f"write metadata of the instance {instance_id}",
                json={"metadata": dict(items)},
            ),
        )

    async def delete_metadata(self, instance_id: str, key: str) -> None:
        """Delete one key; raises NotFoundError when it is not there."""
        url = path("servers", instance_id, "metadata", key)
        doing = f"delete metadata of the instance {instance_id}"
        await self._change(instance_id, await self._call("DELETE", url, doing))

    async def attach_volume(self, instance_id: str, request: AttachRequest) -> None:
        """Ask for an attachment. The tag needs 2.49 and delete-on-termination 2.79: below they are left out.

        libvirt ignores the device name; others do.
        """
        wanted: dict[str, Any] = {"volumeId": request.volume_id}
        version = await self.microversion()
        if request.device:
            wanted["device"] = request.device
        # Nova answers a field that is too new for the version with a 400.
        if request.tag is not None and version >= ATTACH_TAG:
            wanted["tag"] = request.tag
        if request.delete_on_termination is not None and version >= DELETE_ON_TERMINATION:
            wanted["delete_on_termination"] = request.delete_on_termination
        url = path("servers", instance_id, "os-volume_attachments")
        doing = f"attach the volume {request.volume_id} to the instance {instance_id}"
        await self._change(instance_id, await self._call("POST", url, doing, json={"volumeAttachment": wanted}))

    async def detach_volume(self, instance_id: str, volume_id: str) -> None:
        """Ask for a detach, which continues after the answer: up to 200 s where the guest does not respond."""
        url = path("servers", instance_id, "os-volume_attachments", volume_id)
        doing = f"detach the volume {volume_id} from the instance {instance_id}"
        await self._change(instance_id, await self._call("DELETE", url, doing))

    async def keep_volume(self, instance_id: str, volume_id: str) -> None:
        """Have an attached volume outlive its instance: from 2.85 on its flag can be changed.

        Raises:
            RejectedError: the cloud is older.
        """
        if await self.microversion() < CHANGE_DELETE_ON_TERMINATION:
            raise RejectedError("The cloud is too old to change whether a volume is deleted with its instance.")
        url = path("servers", instance_id, "os-volume_attachments", volume_id)
        doing = f"keep the volume {volume_id} from being deleted with the instance {instance_id}"
        # With another id this same call would swap the volume, which only administrators may do.
        body = {"volumeAttachment": {"volumeId": volume_id, "delete_on_termination": False}}
        await self._change(instance_id, await self._call("PUT", url, doing, json=body))

    async def create_image(self, instance_id: str, name: str, properties: Mapping[str, str]) -> str:
        """createImage; returns the image's id, from the body (2.45) or the Location header (before)."""
        call = await self._call(
            "POST",
            path("servers", instance_id, "action"),
            f"make an image of the instance {instance_id}",
            json={"createImage": {"name": name, "metadata": dict(properties)}},
        )
        return await self._ask_with_state(instance_id, call, _image_id)

    async def launch(self, request: LaunchRequest) -> str:
        """POST /servers; returns the id alone, for the answer holds adminPass.

        `networks` is always named: from 2.37 on Nova insists, and before it was merely optional.

        Raises:
            RejectedError: it is to have no network, and the cloud is older than 2.37, where Nova would choose one.
        """
        server: dict[str, Any] = {
            "name": request.name,
            "imageRef": request.image_id,
            "flavorRef": request.flavor_id,
            "networks": await self._networks(request.network_id),
            "metadata": dict(request.metadata),
        }
        if request.key_name is not None:
            server["key_name"] = request.key_name
        if request.config_drive:
            server["config_drive"] = True
        if request.security_group_name is not None:
            server["security_groups"] = [{"name": request.security_group_name}]
        if request.user_data is not None:
            given = request.user_data
            plain = given.encode() if isinstance(given, str) else given
            server["user_data"] = base64.b64encode(plain).decode("ascii")
        call = await self._call("POST", "/servers", "launch an instance", json={"server": server})
        return await self._transport.ask(call, _server_id)

    async def _networks(self, network_id: str | None) -> list[dict[str, str]] | str:
        if network_id is not None:
            return [{"uuid": network_id}]
        if await self.microversion() < NO_NETWORK:
            raise RejectedError("The cloud is too old to launch an instance without any network.")
        return "none"

    async def delete_instance(self, instance_id: str) -> None:
        """Delete a test or clone instance.

        Raises:
            NotOwnedError: it is protected, carries a claim, or its metadata `imaging.role` is neither `test` nor
                `clone`; nothing was asked of the cloud then but to read.
        """
        self._protected.refuse("instance", instance_id)
        found = await self.instance(instance_id)
        # Once more, with the id as the cloud spells it: another spelling must not slip past the first check.
        self._protected.refuse("instance", found.id)
        if any(key.startswith(CLAIM_PREFIX) for key in found.metadata):
            raise _not_owned(instance_id, "its metadata hold the claim of a run")
        if found.metadata.get(_ROLE_KEY) not in _DELETABLE_ROLES:
            raise _not_owned(instance_id, f"its metadata do not name it a test instance ({_ROLE_KEY})")
        url, doing = path("servers", found.id), f"delete the instance {found.id}"
        await self._change(found.id, await self._call("DELETE", url, doing))

    async def _act(self, instance_id: str, body: Mapping[str, Any], doing: str) -> None:
        await self._change(
            instance_id, await self._call("POST", path("servers", instance_id, "action"), doing, json=body)
        )

    async def _change(self, instance_id: str, call: Call) -> None:
        await self._ask_with_state(instance_id, call, lambda _answer: "")

    async def _ask_with_state(self, instance_id: str, call: Call, read: Any) -> str:
        """Ask, and where the state forbids it, say what it is: Nova's own text often does not."""
        try:
            found: str = await self._transport.ask(call, read)
        # V2, V13: one status for a lock, a state and a task alike; the instance itself shows which.
        except ConflictError as error:
            state = await self._state(instance_id)
            raise ConflictError(error.what, meaning=state, remedy=error.remedy, request_id=error.request_id) from None
        return found

    async def _state(self, instance_id: str) -> str:
        try:
            return f"It is {_words(await self.instance(instance_id))} now."
        except ImagingError:
            return ""


def _words(instance: Instance) -> str:
    task = f", in the task {instance.task_state}" if instance.task_state else ""
    lock = ", locked" if instance.locked else ""
    reason = f" ({instance.locked_reason})" if instance.locked and instance.locked_reason else ""
    return f"{instance.status}{task}{lock}{reason}"


def _image_id(answer: Answer) -> str:
    """The new image's id.

    Raises:
        ValueError: neither body nor Location names one.
    """
    location = answer.headers.get("location")
    if location:
        # Only the last part of its path: the host in it is often an internal one.
        found = text(urlsplit(location).path.rstrip("/").rsplit("/", 1)[-1])
    else:
        found = text(answer.body.get("image_id"))
    if found is None:
        msg = "no image id"
        raise ValueError(msg)
    return found


def _server_id(answer: Answer) -> str:
    found = text(mapping(answer.body.get("server")).get("id"))
    if found is None:
        msg = "no server id"
        raise ValueError(msg)
    return found


def _not_owned(instance_id: str, why: str) -> NotOwnedError:
    return NotOwnedError(
        f"The instance {instance_id} is not deleted: {why}.",
        meaning="The console deletes only test instances that a run of its own has made.",
    )
