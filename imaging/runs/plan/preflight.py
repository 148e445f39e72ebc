"""What must hold before a run changes anything, beyond the guidelines: asked when planning and again by the run."""

from __future__ import annotations

from datetime import datetime, timedelta

from imaging.cloud.interface import Microversion
from models.cloud.login import Login
from models.errors import RunError
from models.formatting import minute
from models.run.plan import Plan, PlannedVolume

_LEAST_LOGIN = timedelta(hours=2)
_LOGIN_ESTIMATES = 3
"""A login must last this many times as long as the run is estimated to take."""
DELETE_FLAG_SINCE: Microversion = (2, 79)
TAG_READ_SINCE: Microversion = (2, 70)
MULTIATTACH_SINCE: Microversion = (2, 60)


def login_trouble(login: Login, now: datetime, estimated_seconds: float) -> str | None:
    """Why a login would not outlive a run; None if it will, or if nobody can tell."""
    needed = max(_LEAST_LOGIN, _LOGIN_ESTIMATES * timedelta(seconds=estimated_seconds))
    if not login.renewable:
        end = login.token_expires_at
        when = f" It ends at {minute(end)}." if end else ""
        if end is None or end - now < needed:
            return f"The login is a bare token, which cannot be renewed while the run is under way.{when}"
    end = login.credential_expires_at
    if end is not None and end - now < needed:
        return f"The application credential expires at {minute(end)}, perhaps before the run ends."
    return None


def refuse_login(login: Login, now: datetime, estimated_seconds: float) -> None:
    """Refuse a login that ends too early.

    Raises:
        RunError: with when it ends.
    """
    trouble = login_trouble(login, now, estimated_seconds)
    if trouble:
        raise RunError(
            trouble,
            meaning="Nothing has been changed.",
            remedy="Log in with a password or an application credential that lasts longer.",
        )


def not_restorable(volumes: tuple[PlannedVolume, ...], microversion: Microversion) -> tuple[str, ...]:
    """What of the attachments the cloud is too old to restore, one sentence each."""
    if not volumes:
        return ()
    told = []
    if microversion < DELETE_FLAG_SINCE:
        told.append(
            "The cloud is too old to show whether a volume is deleted together with the instance; "
            "attached again, the volumes will outlive it."
        )
    if microversion < TAG_READ_SINCE:
        told.append("The cloud is too old to show device tags; a tag of an attachment will be lost.")
    return tuple(told)


def refuse_multiattach(plan: Plan, microversion: Microversion) -> None:
    """Refuse to detach what could not be attached again.

    Raises:
        RunError: a volume that several instances share, on a cloud too old to attach such a one.
    """
    shared = [planned.attachment.volume_id for planned in plan.volumes if planned.volume and planned.volume.multiattach]
    if shared and microversion < MULTIATTACH_SINCE:
        raise RunError(
            f"A shared volume could not be attached again on a cloud this old: {', '.join(shared)}.",
            meaning="Nothing has been changed.",
            remedy="Detach it yourself first.",
        )
