"""Which older image the new one follows: offered where one is likely, by its name and its source."""

from __future__ import annotations

from typing import Final

from imaging.guidelines.lineage.succession import likely_older
from models.cloud.image import Image
from models.formatting import local_day
from screens.dialogs.choose import Choice
from screens.wizard.state import WizardState

NONE: Final = "none"
_LINKED, _HIDDEN = "linked", "hidden"


def older_image(state: WizardState) -> Image | None:
    """The image that was chosen, else the one that is likely to be followed; None where there is none."""
    facts, request = state.facts, state.request
    if facts is None:
        return None
    images = facts.images.value or ()
    if request.succeeds is not None:
        return next((image for image in images if image.id == request.succeeds), None)
    login = facts.login.value
    project_id = login.identity.project_id if login is not None else None
    return likely_older(request.name, images, project_id=project_id, source_id=state.instance.id)


def following_choices(older: Image) -> tuple[Choice, ...]:
    """Nothing, a link, or a link and the older one out of lists."""
    made = f" of {local_day(older.created_at)}" if older.created_at is not None else ""
    return (
        Choice(NONE, "no older image", ""),
        Choice(_LINKED, "follows it", f"{older.name}{made}: linked and compared"),
        Choice(_HIDDEN, "follows and hides it", "out of lists, once the new one is proved to work"),
    )


def chosen_following(state: WizardState) -> str:
    """The key of the choice that the request has."""
    if state.request.succeeds is None:
        return NONE
    return _HIDDEN if state.request.hide_older else _LINKED


def following_update(key: str, older: Image) -> dict[str, object]:
    """The fields of the request that a choice stands for."""
    if key == NONE:
        return {"succeeds": None, "succeeds_name": "", "hide_older": False}
    return {"succeeds": older.id, "succeeds_name": older.name, "hide_older": key == _HIDDEN}
