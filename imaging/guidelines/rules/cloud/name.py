"""Chapter *New image name*. These rules run at every key press in the name field."""

from __future__ import annotations

import re

from imaging.guidelines.declaration import rule
from imaging.guidelines.instance.image_names import NameIndex, index_of, is_printable, replaced, reserved_prefix
from imaging.guidelines.rule import Answer, Chapter, UnreadError, failed, need, not_applicable, passed
from imaging.guidelines.wording import image_named, listed, shown
from models.cloud.image import Image
from models.findings import Severity, Source
from models.formatting import counted, day, size
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile

_UUID = re.compile(r"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_LONGEST = 255
"""Characters that Nova's createImage takes."""

_UNNAMED = not_applicable("No image name has been given yet.")


def _name(facts: InstanceFacts) -> str | None:
    """The name wanted; None while nobody has begun to say what is wanted, or the field is still empty."""
    return facts.request.name if facts.request is not None and facts.request.name else None


def _index(facts: InstanceFacts, profile: Profile) -> NameIndex:
    login = facts.login.value
    return index_of(need(facts.images), profile, login.identity.project_id if login else None)


@rule("NAME-FEATURED", Chapter.NAME, "Featured images with the same name", Severity.BLOCK, sentences=("S10",))
def name_featured(facts: InstanceFacts, profile: Profile) -> Answer:
    name = _name(facts)
    if name is None:
        return _UNNAMED
    if prefix := reserved_prefix(name, profile):
        return failed(f"{prefix} is reserved for featured images.", "Choose another name.", source=Source.USER)
    index = _index(facts, profile)
    if image := index.featured(name):
        return failed(f"A featured image has this name: {image_named(image)}.", "Add what it is for.", facts.images)
    if image := index.nearly_featured(name):
        return failed(
            f"Hard to tell from the featured image {image_named(image)}.",
            "Add what it is for.",
            facts.images,
            severity=Severity.WARN,
        )
    return passed("No featured image has this name.", facts.images)


@rule("NAME-OWN", Chapter.NAME, "Your own images with the same name", Severity.WARN, sentences=("S11",))
def name_own(facts: InstanceFacts, profile: Profile) -> Answer:
    name = _name(facts)
    if name is None:
        return _UNNAMED
    if facts.login.value is None:
        raise UnreadError(facts.login)
    own = _index(facts, profile).own(name)
    if not own:
        return passed("None of the project's own images has this name.", facts.images)
    return failed(
        f"{counted(len(own), 'image')} of your own with this name: {listed([_described(image) for image in own])}.",
        "Add a date or a version: image names are not unique, and commands by name then fail.",
        facts.images,
    )


def _described(image: Image) -> str:
    stored = f", {size(image.size_bytes)}" if image.size_bytes else ""
    return f"{image.id} ({day(image.created_at)}{stored})"


@rule("NAME-PERIOD", Chapter.NAME, "Periods in the name", Severity.BLOCK, sentences=("S12",))
def name_period(facts: InstanceFacts, profile: Profile) -> Answer:
    forbidden = profile.names.forbidden_characters
    if not forbidden:
        return not_applicable("This profile forbids no character.")
    name = _name(facts)
    if name is None:
        return _UNNAMED
    found = next((place for place, character in enumerate(name) if character in forbidden), None)
    if found is None:
        return passed(f"No {_spelled(forbidden)} in the name.", source=Source.USER)
    return failed(
        f"Character {found + 1} of the name is a {_spelled(name[found])}.",
        f"Call it {shown(replaced(name, profile)) or 'something else'}.",
        source=Source.USER,
    )


def _spelled(characters: str) -> str:
    return "period" if characters == "." else " or ".join(repr(each) for each in characters)


@rule("NAME-FORM", Chapter.NAME, "Length and characters of the name", Severity.BLOCK)
def name_form(facts: InstanceFacts, profile: Profile) -> Answer:
    if facts.request is None:
        return _UNNAMED
    name = facts.request.name
    if trouble := _refused_by_nova(name, profile):
        return failed(trouble, _better(name, profile), source=Source.USER)
    if trouble := _unwise(name):
        return failed(trouble, _better(name, profile), severity=Severity.WARN, source=Source.USER)
    return passed(f"{counted(len(name), 'character')}, all of them printable.", source=Source.USER)


def _better(name: str, profile: Profile) -> str:
    better = replaced(name, profile)[:_LONGEST].strip(" -")
    return f"Call it {shown(better)}." if better and better != name else "Choose a name."


def _refused_by_nova(name: str, profile: Profile) -> str | None:
    """What Nova answers with 400, or the profile forbids."""
    longest = min(profile.names.maximum_length, _LONGEST)
    if not name.strip():
        return "The image has no name."
    if len(name) > longest:
        return f"The name has {len(name)} characters; {longest} are allowed."
    if name != name.strip():
        return "The name begins or ends with a blank; Nova refuses that."
    odd = next((place for place, character in enumerate(name) if not is_printable(character)), None)
    if odd is not None:
        return f"The name contains {_named(name[odd])} (character {odd + 1}); Nova does not allow it."
    return None


def _named(character: str) -> str:
    """An odd character in words; most have no name that people know."""
    return {"\t": "a tab", "\n": "a line break", "\r": "a line break"}.get(character, f"U+{ord(character):04X}")


def _unwise(name: str) -> str | None:
    """What the services take and people regret."""
    if _UUID.fullmatch(name):
        return "The name looks like an id; commands would take it for one."
    if "/" in name:
        return "The name holds a slash; it cannot become a file name on export."
    return None
