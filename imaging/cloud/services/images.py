"""Glance."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any

from imaging.cloud.http.answers import Answer
from imaging.cloud.http.call import Call, path
from imaging.cloud.http.transport import Transport
from imaging.cloud.readers.image import read_image, read_members
from imaging.cloud.readers.values import required_list
from imaging.cloud.services.paging import pages
from imaging.cloud.services.protected_ids import Protected
from models.cloud.image import UNKNOWN_VISIBILITY, Image
from models.errors import ForbiddenError, NotOwnedError
from models.run.request import Visibility

_PAGE = 500
"""Glance gives 25 images unless asked for more, and cuts at its own limit (1000 by default)."""
_UNPUBLISHED = frozenset({"private", "shared"})
"""`shared` is also what Glance calls an image without members that was made without a visibility."""
_PATCH = {"Content-Type": "application/openstack-images-v2.1-json-patch"}


class GlanceImages:
    """Glance, addressed by image ids alone, for names are not unique."""

    def __init__(self, transport: Transport, project_id: str, protected: Protected) -> None:
        """Keep the way to the cloud, whose images are "own", and the ids of what is never deleted."""
        self._transport = transport
        self._project_id = project_id
        self._protected = protected

    async def images(self) -> AsyncIterator[tuple[Image, ...]]:
        """Every image that the project can see, page by page; own hidden and community ones included.

        Glance leaves those out of a plain list, so it is asked three times; each image comes once.
        """
        own: dict[str, str | int] = {"owner": self._project_id}
        seen: set[str] = set()
        # G3: the plain list first: it has nearly all images, and they are shown while the others are still read.
        for extra in ({}, {**own, "visibility": "community"}, {**own, "os_hidden": "true"}):
            call = Call("image", "GET", "/images", "list images", params={"limit": _PAGE, **extra})
            async for page in pages(self._transport, call, "images", read_image):
                # An image can be in two of the lists, and in two pages of one while others come and go.
                fresh = tuple(image for image in page.items if image.id not in seen)
                seen.update(image.id for image in fresh)
                if fresh:
                    yield fresh

    async def image(self, image_id: str) -> Image:
        """One image; raises NotFoundError when it is gone (while imaging: Nova deletes it when imaging fails)."""
        call = Call("image", "GET", path("images", image_id), f"read the image {image_id}")
        return await self._transport.ask(call, _read_one)

    async def update_image(
        self,
        image_id: str,
        *,
        name: str | None = None,
        min_disk_gib: int | None = None,
        min_ram_mib: int | None = None,
        visibility: Visibility | None = None,
        hidden: bool | None = None,
        properties: Mapping[str, str] | None = None,
        remove_properties: tuple[str, ...] = (),
    ) -> Image:
        """Change exactly what is given, by a JSON patch of our own; other properties stay.

        openstacksdk's own update also removes every property that it is not given.
        """
        # V21: the SDK's own update would take every other property away.
        patch: list[dict[str, Any]] = [
            {"op": "replace", "path": f"/{field}", "value": value}
            for field, value in (
                ("name", name),
                ("min_disk", min_disk_gib),
                ("min_ram", min_ram_mib),
                ("visibility", visibility.value if visibility else None),
                ("os_hidden", hidden),
            )
            if value is not None
        ]
        patch += [_added(key, value) for key, value in (properties or {}).items()]
        if remove_properties:
            # Glance refuses the whole patch with 409 when one of the properties to remove is not there.
            present = (await self.image(image_id)).properties
            gone = (key for key in remove_properties if key in present and key not in (properties or {}))
            patch += [{"op": "remove", "path": _pointer(key)} for key in gone]
        if not patch:
            return await self.image(image_id)
        call = Call("image", "PATCH", path("images", image_id), f"change the image {image_id}", patch, headers=_PATCH)
        return await self._transport.ask(call, _read_one)

    async def members(self, image_id: str) -> Mapping[str, str]:
        """The projects that a shared image is shared with, and each one's status; none where it is not shared."""
        url, doing = path("images", image_id, "members"), f"list the members of the image {image_id}"
        try:
            return await self._transport.ask(Call("image", "GET", url, doing), _read_members)
        except ForbiddenError:
            # Glance answers 403 for the own image too, unless it is shared.
            if (await self.image(image_id)).visibility in {"shared", UNKNOWN_VISIBILITY}:
                raise
            return {}

    async def add_member(self, image_id: str, project_id: str) -> None:
        """Share with one project, which must still accept."""
        url, doing = path("images", image_id, "members"), f"share the image {image_id} with {project_id}"
        await self._transport.tell(Call("image", "POST", url, doing, {"member": project_id}))

    async def delete_image(self, image_id: str) -> None:
        """Delete an image. Callers prove beforehand that it is theirs.

        Raises:
            NotOwnedError: it is protected, another project's, or published: a run deletes only private ones.
        """
        self._protected.refuse("image", image_id)
        found = await self.image(image_id)
        # V18: Glance deletes published images, and those that instances use, without a question.
        if found.owner not in {None, self._project_id} or found.visibility not in _UNPUBLISHED:
            raise NotOwnedError(
                f"The image {image_id} is not deleted: it is {found.visibility} and belongs to {found.owner}.",
                meaning="The console deletes only images that a run of its own has made and not yet published.",
            )
        await self._transport.tell(Call("image", "DELETE", path("images", image_id), f"delete the image {image_id}"))

    async def delete_older_image(self, image_id: str, typed_name: str) -> None:
        """Delete an image that another one follows, which a user wants gone. It need not be of a run.

        Raises:
            NotOwnedError: it is not surely this project's own, protected, visible beyond it or once shared, of another
                name, or no image follows it by a note on it.
        """
        self._protected.refuse("image", image_id)
        found, members = await self.image(image_id), await self.members(image_id)
        why = self._why_kept(found, members, typed_name)
        if why:
            raise NotOwnedError(f"The image {image_id} is not deleted: {why}.", meaning="Nothing was changed.")
        await self._transport.tell(Call("image", "DELETE", path("images", image_id), f"delete the image {image_id}"))

    def _why_kept(self, found: Image, members: Mapping[str, str], typed_name: str) -> str:
        """Why an older image is not deleted; stricter than for an image of a run, for anybody may have made it."""
        # V18: Glance deletes published images, and those that instances use, without a question.
        if found.owner != self._project_id:
            return "it is another project's"
        if found.visibility != "private" or members:
            return "other projects see it, or did once"
        if found.protected:
            return "it is protected"
        if found.name != typed_name or not typed_name:
            return "it has another name than the one that was typed"
        return "" if found.noted_newer is not None else "no image follows it"

    async def usage(self) -> Mapping[str, Any]:
        """The answer of `GET /info/usage`: quotas of images, where they are switched on."""
        # G8: says nothing where Glance's quotas are switched off.
        call = Call("image", "GET", "/info/usage", "read the quotas of images")
        return await self._transport.ask(call, lambda answer: answer.body)


def _read_members(answer: Answer) -> Mapping[str, str]:
    required_list(answer.body, "members")
    return read_members(answer.body)


def _read_one(answer: Answer) -> Image:
    read = read_image(answer.body)
    if read is None:
        msg = "no image id"
        raise ValueError(msg)
    return read


def _added(key: str, value: str) -> dict[str, Any]:
    """`add` also replaces a property that is there."""
    return {"op": "add", "path": _pointer(key), "value": value}


def _pointer(key: str) -> str:
    """A JSON pointer to a property, with any characters in its name."""
    # In this order, or the tilde of an escaped slash would be escaped once more.
    return "/" + key.replace("~", "~0").replace("/", "~1")
