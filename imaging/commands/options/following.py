"""The options that say which older image a new one follows."""

from __future__ import annotations

import click

from imaging.cloud.interface import Cloud
from imaging.commands.options.things_named import image_named
from models.base import Frozen
from models.cloud.image import Image
from models.errors import NotFoundError, UsageError
from models.formatting import with_id

FOLLOWING_OPTIONS = (
    click.option(
        "--succeeds",
        metavar="IMAGE",
        help="The older image of the project that the new one follows: both are linked and compared.",
    ),
    click.option(
        "--hide-older",
        is_flag=True,
        help="Hide that image from lists, once the new one is proved to work.",
    ),
)


class FollowingOptions(Frozen):
    """What the user said about an older image."""

    succeeds: str | None
    hide_older: bool

    async def following_request(self, cloud: Cloud) -> dict[str, object]:
        """The fields of a request that they come to; the older image is looked up here.

        Raises:
            UsageError: there is no such image, it is another project's, another one follows it already, or nothing
                is to be followed.
        """
        if self.succeeds is None:
            if self.hide_older:
                raise UsageError("--hide-older needs an image.", remedy="Add --succeeds IMAGE.")
            return {}
        older, login = await image_named(cloud, self.succeeds), await cloud.login()
        if older.owner != login.identity.project_id:
            raise UsageError(
                f"{older.name} belongs to another project: only images of one project follow each other.",
                meaning="Nothing was changed.",
                remedy="Leave --succeeds out; which image it was made from is noted in any case.",
            )
        newer = await _followed_by(cloud, older)
        if newer is not None:
            raise UsageError(
                f"Another image follows {older.name} already.",
                meaning="Nothing was changed.",
                remedy=f"Name that one, {with_id(newer.name, newer.id)}: "
                f"`imaging succession {older.id}` tells about both.",
            )
        return {"succeeds": older.id, "succeeds_name": older.name, "hide_older": self.hide_older}


async def _followed_by(cloud: Cloud, older: Image) -> Image | None:
    """The image that follows it by its note; None where there is none, or where that is gone."""
    if older.noted_newer is None:
        return None
    try:
        return await cloud.images.image(older.noted_newer)
    except NotFoundError:
        return None
