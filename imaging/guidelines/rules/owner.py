"""Chapter *Owner*: who may change an image later."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.source import finished_image
from imaging.guidelines.wording import image_named, shown
from models.facts import InstanceFacts
from models.findings import Severity
from models.profile import Profile


def _creator(facts: InstanceFacts, _profile: Profile) -> Answer:
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


def _team(facts: InstanceFacts, profile: Profile) -> Answer:
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
        f"Your image will be a new one. To update theirs, ask its owner{contact}.",
        fact,
    )


_C = Chapter.OWNER
RULES = (
    Rule("OWN-CREATOR", _C, "You are the creator of the image", ("S19",), Severity.BLOCK, _creator),
    Rule("OWN-TEAM", _C, "No other project's shared image is to be updated", ("S20",), Severity.INFO, _team),
)
