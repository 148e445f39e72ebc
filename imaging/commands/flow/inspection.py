"""An inspection of an instance by SSH, for the commands that want one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imaging.commands.flow import session
from imaging.commands.options.guest import GuestOptions, ProgressLines, asking
from imaging.guest.interface import LoginRoute
from imaging.guidelines.guest.questions import questions_for
from models.cloud.image import Image
from models.cloud.instance import Instance
from models.errors import ImagingError, UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guidelines.profile import Profile

if TYPE_CHECKING:
    from imaging.guest.service import GuestService


async def inspect_guest(
    here: session.Session, instance: Instance, options: GuestOptions, guidelines: Profile
) -> Fact[GuestFacts]:
    """Run the probe in a guest.

    Args:
        here: the login.
        instance: whose guest.
        options: how to log in to the guest.
        guidelines: they say what is searched for.

    Raises:
        UsageError: it does not run; or its host key is not trusted.
        GuestError: nobody is let in, or what came back is no report.
    """
    refuse_stopped(instance)
    route = await login_route(here, instance, options)
    return await guests(here).probe(route, questions_for(guidelines))


async def login_route(here: session.Session, instance: Instance, options: GuestOptions) -> LoginRoute:
    """How to log in to a guest, as far as it was said."""
    return LoginRoute(
        instance,
        await base_image(here, instance),
        options.access(here.resolved),
        asking(),
        ProgressLines(),
        lambda: here.cloud.compute.console_log(instance.id),
    )


def guests(here: session.Session) -> GuestService:
    """The service that inspects guests."""
    from imaging.guest.service import GuestService  # noqa: PLC0415  # it brings asyncssh: not for a `--help`

    return GuestService(session.paths(), here.clock)


def refuse_stopped(instance: Instance) -> None:
    """Refuse to knock where nobody can open.

    Raises:
        UsageError: the instance does not run.
    """
    if not instance.is_running:
        raise UsageError(
            f"{instance.name} is {instance.status}; SSH reaches only a running instance.",
            remedy="Start it, or use `imaging check --deep`, which reads its disk through a temporary instance.",
        )


def known_guest(here: session.Session, instance: Instance) -> Fact[GuestFacts]:
    """What the last inspection found, if it is not too old."""
    return guests(here).stored(instance.id)


async def base_image(here: session.Session, instance: Instance) -> Image | None:
    """The image that it was launched from, for a guess at the user; None where it cannot be read."""
    if instance.image_id is None:
        return None
    try:
        return await here.cloud.images.image(instance.image_id)
    except ImagingError:
        return None
