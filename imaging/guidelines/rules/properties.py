"""Chapter *Image properties*: who will see the image, and what its children's hardware looks like."""

from __future__ import annotations

from imaging.guidelines.rule import Answer, Chapter, Rule, failed, need, not_applicable, passed, unknown
from imaging.guidelines.source import finished_image
from imaging.guidelines.wording import command, listed
from models.facts import InstanceFacts
from models.findings import Severity, Source
from models.profile import Profile
from models.request import Visibility

_WHO = {
    Visibility.SHARED: "the members of the projects it is shared with",
    Visibility.COMMUNITY: "everybody on this cloud",
    Visibility.PUBLIC: "everybody on this cloud",
}


def _private(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.request is None:
        return not_applicable("Nothing has been said of the image yet.")
    visibility = facts.request.visibility
    if visibility is Visibility.PRIVATE:
        return passed("Private: only this project can launch it.", source=Source.USER)
    public = " Only administrators may publish so." if visibility is Visibility.PUBLIC else ""
    return failed(
        f"{visibility.value}: /home, /root and histories, not looked at, go to {_WHO[visibility]}.{public}",
        "Keep it private, or look yourself and say so: --waive PROP-VISIBILITY=WHY",
        source=Source.USER,
    )


def _hardware(facts: InstanceFacts, profile: Profile) -> Answer:
    wanted = profile.recommended_properties
    if not wanted:
        return not_applicable("This profile recommends none.")
    fact = finished_image(facts) or facts.base_image
    if fact.known and fact.value is None:
        return unknown("Its properties are not shown without a base image; Glance tells once the image is made.")
    image = need(fact)
    missing = {key: value for key, value in wanted.items() if image.properties.get(key, "").lower() != value.lower()}
    if not missing:
        return passed(f"All {len(wanted)} recommended properties are set.", fact)
    settings = [f"{key}={value}" for key, value in missing.items()]
    flags = [word for setting in settings for word in ("--property", setting)]
    return failed(
        f"Not set: {listed(settings)}.",
        "Set them on the image if children need them; another bus renames their disks.",
        fact,
        command=f"{command('openstack', 'image', 'set', *flags)} IMAGE",
    )


_C = Chapter.PROPERTIES
RULES = (
    Rule("PROP-VISIBILITY", _C, "The image stays private", (), Severity.BLOCK, _private),
    Rule("PROP-HW", _C, "It has the hardware properties that the cloud recommends", (), Severity.WARN, _hardware),
)
