"""The request that the wizard begins with, before the user has entered anything."""

from __future__ import annotations

from imaging.guidelines.instance.image_names import suggest_name
from imaging.runtime.threads import in_thread
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import RunRequest
from screens.context import Guests


async def with_base_list(facts: InstanceFacts, guests: Guests) -> InstanceFacts:
    """The facts with what is installed on the base image, where that is kept on this machine."""
    instance = facts.instance.value
    if instance is None or instance.image_id is None:
        return facts
    kept = await in_thread(guests.inventory, instance.image_id)
    return facts if kept is None else facts.model_copy(update={"base_inventory": kept})


def suggested(request: RunRequest, facts: InstanceFacts, profile: Profile) -> RunRequest:
    """The request with a name and a description where it has none yet."""
    from imaging.guidelines.description_draft import draft_description  # noqa: PLC0415  # not for the first paint

    instance = facts.instance.value
    name = suggest_name(instance.name if instance else "", facts.now.date(), profile, facts.images.value or ())
    update = {"name": request.name or name, "description": request.description or draft_description(facts)}
    return request.model_copy(update=update)
