"""Chapter *Owner*: who may change an image later."""

from __future__ import annotations

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.rule import Answer, Chapter, failed, need, not_applicable, passed, unknown
from imaging.guidelines.wording import image_named, shown
from models.findings import Severity
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile


@rule("OWN-CREATOR", Chapter.OWNER, "Creator of the image", Severity.BLOCK, sentences=("S19",))
def own_creator(facts: InstanceFacts, _profile: Profile) -> Answer:
    login = need(facts.login)
    you, project_id = login.identity.user_id, login.identity.project_id
    fact = finished_image(facts)
    if fact is None:
        named = f"{shown(login.user_name or you)} of {shown(login.project_name or project_id)}"
        return passed(f"You will be its creator: {named}.", facts.login)
    image = need(fact)
    if image.owner is None:
        return unknown("Glance does not say who owns the image.")
    if image.owner != project_id:
        return failed(
            f"It belongs to project {shown(image.owner)}, you are in {project_id}.",
            "Ask its owner, or make a copy of your own.",
            fact,
        )
    creator = image.properties.get("user_id")
    if creator and creator != you:
        return failed(
            f"User {shown(creator)} made it, you are {you}.",
            "Ask its creator before you change it.",
            fact,
            severity=Severity.WARN,
        )
    return passed("It belongs to your project" + (", and you made it." if creator else "."), fact)


@rule("OWN-TEAM", Chapter.OWNER, "Shared image of another project", Severity.INFO, sentences=("S20",))
def own_team(facts: InstanceFacts, profile: Profile) -> Answer:
    project_id = need(facts.login).identity.project_id
    fact = finished_image(facts) or facts.base_image
    if fact.known and fact.value is None:
        return not_applicable("It has no base image, or that was deleted.")
    image = need(fact)
    if image.owner == project_id or image.visibility not in {"shared", "community"}:
        return passed("No other project's shared image is concerned.", fact)
    contact = f" or {profile.contacts.support}" if profile.contacts.support else ""
    return failed(
        f"{image_named(image)} is shared by project {shown(image.owner or '?')}: you cannot update it.",
        f"Ask its owner{contact} to update theirs; yours will be a new image.",
        fact,
    )
