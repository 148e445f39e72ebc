"""Chapter *Description*: present, the image's own, and naming what is different."""

from __future__ import annotations

import re

from imaging.guidelines.declaration import rule
from imaging.guidelines.description_draft import difference, without_difference
from imaging.guidelines.instance.image_names import folded
from imaging.guidelines.instance.source import finished_image
from imaging.guidelines.rule import Answer, Chapter, UnreadError, failed, need, not_applicable, passed
from imaging.guidelines.wording import shown
from models.findings import Severity, Source
from models.formatting import counted
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.steps import StepName
from models.text import cut

_CREATE_IMAGE_LIMIT = 255
"""Characters of one value that Nova's createImage takes; Glance itself takes more."""

_OWN_WORDS_WANTED = 3
"""Words that neither the base image's description nor what every draft says has; fewer name no difference."""

_WORD = re.compile(r"\w{2,}")
_NOT_YET = not_applicable("Nothing has been said about the image yet.")


@rule("DESC-PRESENT", Chapter.DESCRIPTION, "Description of the image", Severity.BLOCK, sentences=("S13",))
def desc_present(facts: InstanceFacts, profile: Profile) -> Answer:
    if facts.request is None:
        return _NOT_YET
    text = facts.request.description.strip()
    if not text:
        return failed("There is no description.", "Say what it is for and what you installed.", source=Source.USER)
    if _same(text, _base_description(facts)):
        return failed(
            "It is the base image's own description, which every snapshot inherits.",
            "Say what this image is for and what you installed.",
            facts.base_image,
        )
    if folded(text) == folded(facts.request.name):
        return _thin("The description only repeats the name.")
    if len(text) < profile.description_minimum_characters:
        return _thin(f"Only {counted(len(text), 'character')}; {profile.description_minimum_characters} say more.")
    return passed(f"{counted(len(text), 'character')}.", source=Source.USER)


def _thin(evidence: str) -> Answer:
    remedy = "Say what it is for and what you installed."
    return failed(evidence, remedy, severity=Severity.WARN, source=Source.USER)


@rule(
    "DESC-DELTA",
    Chapter.DESCRIPTION,
    "Differences from the base image in the description",
    Severity.WARN,
    sentences=("S13",),
)
def desc_delta(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.request is None or not facts.request.description.strip():
        return _NOT_YET
    if not facts.base_image.known:
        raise UnreadError(facts.base_image)
    base = facts.base_image.value
    if base is None:
        return not_applicable("It has no base image, or that was deleted.")
    text = facts.request.description
    own = _words(text) - _words(without_difference(facts)) - _words(_base_description(facts)) - _words(base.name)
    if len(own) < _OWN_WORDS_WANTED:
        return failed(
            f"It does not say how the image differs from {shown(base.name)}.",
            _what_to_add(facts),
            source=Source.USER,
        )
    if base.id not in text and folded(base.name) not in folded(text):
        return failed(f"It does not name the base image {shown(base.name)}.", "Name it.", source=Source.USER)
    return passed(f"Names {shown(base.name)}, and {counted(len(own), 'word')} of its own.", source=Source.USER)


def _what_to_add(facts: InstanceFacts) -> str:
    """What the guest shows to be different, if it was inspected."""
    seen = difference(facts)
    return cut(f"Say it: {seen}", 110) if seen else "Add what you installed, changed or removed."


@rule("DESC-LENGTH", Chapter.DESCRIPTION, "Length of the description", Severity.INFO)
def desc_length(facts: InstanceFacts, _profile: Profile) -> Answer:
    if facts.request is None:
        return _NOT_YET
    length = len(facts.request.description)
    fact = finished_image(facts)
    if fact is not None and _same(facts.request.description, need(fact).description):
        return passed(f"The image has all {length} characters of it.", fact)
    if length <= _CREATE_IMAGE_LIMIT:
        return passed(f"{length} of {_CREATE_IMAGE_LIMIT} characters that createImage takes.", source=Source.USER)
    return failed(
        f"{length} characters; Nova's createImage takes {_CREATE_IMAGE_LIMIT}.",
        "Nothing to do: a run writes it to the finished image.",
        source=Source.USER,
        command="openstack image set --property description=TEXT IMAGE",
        fixed_by=StepName.DESCRIBE,
    )


def _base_description(facts: InstanceFacts) -> str:
    return facts.base_image.value.description if facts.base_image.value else ""


def _same(text: str, other: str) -> bool:
    return bool(other.strip()) and text.casefold().split() == other.casefold().split()


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
