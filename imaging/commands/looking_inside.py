"""A look into an instance by SSH, for the commands that want one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.commands import session
from imaging.commands.guest_options import GuestOptions, TellLines, asking
from imaging.guest.interface import WayIn
from imaging.guidelines.questions import questions_for
from models.errors import ImagingError, UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.image import Image
from models.instance import Instance
from models.profile import Profile

if TYPE_CHECKING:
    from imaging.guest.service import GuestService


async def look_inside(
    here: session.Session, instance: Instance, options: GuestOptions, guidelines: Profile
) -> Fact[GuestFacts]:
    """Run the probe in a guest.

    Args:
        here: the login.
        instance: whose guest.
        options: the way in.
        guidelines: they say what is looked for.

    Raises:
        UsageError: it does not run; or its host key is not trusted.
        GuestError: nobody is let in, or what came back is no report.
    """
    refuse_stopped(instance)
    way = await way_in(here, instance, options)
    return await guests(here).probe(way, questions_for(guidelines))


async def way_in(here: session.Session, instance: Instance, options: GuestOptions) -> WayIn:
    """The way into a guest, as far as it was said."""
    return WayIn(
        instance,
        await base_image(here, instance),
        options.access(here.resolved),
        asking(),
        TellLines(),
        lambda: here.cloud.compute.console_log(instance.id),
    )


def guests(here: session.Session) -> GuestService:
    """The way into guests."""
    from imaging.guest.service import GuestService  # noqa: PLC0415  # it brings asyncssh: not for a `--help`

    return GuestService(session.paths(), here.clock)


def refuse_stopped(instance: Instance) -> None:
    """Refuse to knock where nobody can open.

    Raises:
        UsageError: the instance does not run.
    """
    if not instance.is_running:
        raise UsageError(
            f"{instance.name} is {instance.status}: only a running guest can be reached by SSH.",
            remedy="Start it, or use `imaging check --deep`, which looks at its disk through a throw-away instance.",
        )


def known_guest(here: session.Session, instance: Instance) -> Fact[GuestFacts]:
    """What the last look inside found, if it is not too old."""
    return guests(here).stored(instance.id)


async def base_image(here: session.Session, instance: Instance) -> Image | None:
    """The image that it was launched from, for a guess at the user; None where it cannot be read."""
    if instance.image_id is None:
        return None
    try:
        return await here.cloud.images.image(instance.image_id)
    except ImagingError:
        return None
