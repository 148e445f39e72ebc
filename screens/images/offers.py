"""What can be done with an image now: a predicate for each action of the list. Pure."""

from __future__ import annotations

from collections.abc import Callable

from imaging.runs.plan.seal.request import is_sealable
from models.cloud.image import Image
from models.cloud.login import Login
from screens.images.history import ImageHistory
from screens.images.succession.offers import can_be_hidden, has_place, may_be_deleted

_CHANGING = frozenset({"verify", "seal", "hide", "delete"})
"""What a console that only reads does not offer."""


def is_offered(
    action: str, image: Image | None, history: ImageHistory, login: Login | None, *, read_only: bool
) -> bool | None:
    """Whether an action, followed by what it is given, makes sense for the chosen image; None: it is not about one."""
    if action == "inspect import":
        return not read_only
    fits = _PREDICATES.get(action)
    if fits is None:
        return None
    return image is not None and not (read_only and action in _CHANGING) and fits(image, history, login)


def _is_active(image: Image, _history: ImageHistory, _login: Login | None) -> bool:
    return image.status == "active"


_PREDICATES: dict[str, Callable[[Image, ImageHistory, Login | None], bool]] = {
    "verify": _is_active,
    "inspect image": _is_active,
    "export": _is_active,
    "seal": lambda image, _history, login: is_sealable(image, login.identity.project_id if login is not None else None),
    "succession": lambda image, _history, _login: has_place(image),
    "hide": lambda image, _history, login: can_be_hidden(image, login),
    "delete": lambda image, _history, login: may_be_deleted(image, login),
    "run": lambda image, history, _login: history.run(image) is not None,
    "report": lambda image, history, _login: history.report(image) is not None,
}
