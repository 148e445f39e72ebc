"""What can be done with an image now: a predicate for each action of the list. Pure."""

from __future__ import annotations

from imaging.runs.plan.seal.request import is_sealable
from models.cloud.image import Image
from models.cloud.login import Login
from screens.images.history import ImageHistory


def is_offered(
    action: str, image: Image | None, history: ImageHistory, login: Login | None, *, read_only: bool
) -> bool | None:
    """Whether an action, followed by what it is given, makes sense for the chosen image; None: it is not about one."""
    match action:
        case "inspect import":
            return not read_only
        case "verify":
            return not read_only and image is not None and image.status == "active"
        case "seal":
            project_id = login.identity.project_id if login is not None else None
            return not read_only and image is not None and is_sealable(image, project_id)
        case "inspect image" | "export":
            return image is not None and image.status == "active"
        case "run" | "report":
            found = history.run if action == "run" else history.report
            return image is not None and found(image) is not None
    return None
