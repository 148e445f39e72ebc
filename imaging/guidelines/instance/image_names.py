"""Names of images: which are taken, told fast enough for every key press, and which would do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from models.cloud.image import Image
from models.guidelines.profile import Profile

_SEPARATORS = re.compile(r"[\s_-]+")
_HYPHENS = re.compile(r"-{2,}")
_LONGEST = 255
"""Characters that Nova and Glance take."""

_CODE_POINTS_NOVA_KNOWS = 0xFFFF
"""Nova's own table of printable characters ends here, so it refuses emoji and rare scripts."""


def folded(name: str) -> str:
    """A name as people read it: letter case, and spaces against `-` against `_`, make no difference."""
    return _SEPARATORS.sub("-", unicodedata.normalize("NFKC", name).casefold().strip())


def compact(name: str) -> str:
    """The letters and digits of a name alone: `Ubuntu 22.04` and `ubuntu-2204` come to the same."""
    return "".join(character for character in folded(name) if character.isalnum())


def is_printable(character: str) -> bool:
    """Whether Nova takes a character in a name: no control or format characters, no spaces but ordinary ones."""
    category = unicodedata.category(character)
    return ord(character) < _CODE_POINTS_NOVA_KNOWS and category[0] != "C" and (category[0] != "Z" or category == "Zs")


class NameIndex:
    """The names of all images that the project can see, looked up in constant time."""

    def __init__(self, images: Iterable[Image], profile: Profile, project_id: str | None) -> None:
        """Index once what is then asked at every key press.

        Args:
            images: every image that the project can see, hidden ones and those of others too.
            profile: tells how featured images are recognised.
            project_id: the project whose own images are wanted; None where the login is not known.
        """
        self._featured: dict[str, Image] = {}
        self._near: dict[str, Image] = {}
        self._own: dict[str, list[Image]] = {}
        for image in images:
            if project_id is not None and image.owner == project_id:
                self._own.setdefault(folded(image.name), []).append(image)
            if is_featured(image, profile, project_id):
                self._featured.setdefault(folded(image.name), image)
                self._near.setdefault(compact(image.name), image)

    def featured(self, name: str) -> Image | None:
        """The featured image whose name reads the same."""
        return self._featured.get(folded(name))

    def nearly_featured(self, name: str) -> Image | None:
        """The featured image whose letters and digits are the same."""
        return self._near.get(compact(name)) if compact(name) else None

    def own(self, name: str) -> Sequence[Image]:
        """The project's own images whose names read the same."""
        return self._own.get(folded(name), ())


def index_of(images: tuple[Image, ...], profile: Profile, project_id: str | None) -> NameIndex:
    """The index of a list of images; asked again with the very same list it is not built again."""
    return _indexed(_Same(images), _Same(profile), project_id)


class _Same:
    """Compares by identity, so that ten thousand images need not be compared or hashed to find their index."""

    __slots__ = ("it",)

    def __init__(self, it: object) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.it is self.it


@lru_cache(maxsize=2)
def _indexed(images: _Same, profile: _Same, project_id: str | None) -> NameIndex:
    return NameIndex(images.it, profile.it, project_id)  # type: ignore[arg-type]  # index_of put them in


def is_featured(image: Image, profile: Profile, project_id: str | None) -> bool:
    """Public, and with one of the featured prefixes; without prefixes every public one that is not one's own."""
    if image.visibility != "public":
        return False
    prefixes = profile.featured.prefixes
    if prefixes:
        return folded(image.name).startswith(tuple(folded(prefix) for prefix in prefixes))
    return image.owner is None or image.owner != project_id


def reserved_prefix(name: str, profile: Profile) -> str | None:
    """The reserved prefix with which a name begins, if it does."""
    lowered = name.strip().casefold()
    return next((each for each in profile.names.reserved_prefixes if lowered.startswith(each.casefold())), None)


def replaced(name: str, profile: Profile) -> str:
    """A name with every character that the profile or Nova forbids replaced by `-`, and trimmed."""
    forbidden = profile.names.forbidden_characters + "/"
    characters = ("-" if each in forbidden or not is_printable(each) else each for each in name)
    return _HYPHENS.sub("-", "".join(characters)).strip(" -")


def suggest_name(instance_name: str, today: date, profile: Profile, images: Sequence[Image]) -> str:
    """A name for the image of an instance that keeps every rule: `<instance>-<yyyymmdd>`, numbered if taken.

    Args:
        instance_name: any text; what a name must not hold is replaced.
        today: the date that goes into the name.
        profile: forbids characters and prefixes, and limits the length.
        images: every image that the project can see; a name that any of them has is avoided.
    """
    base = replaced(instance_name, profile)
    while prefix := reserved_prefix(f"{base}-", profile):  # as it will begin once the date follows
        base = f"{base}-"[len(prefix) :].strip(" -")
    taken = {folded(image.name) for image in images} | {compact(image.name) for image in images}
    longest = min(profile.names.maximum_length, _LONGEST)
    number = 1
    while True:
        suffix = f"-{today:%Y%m%d}" + (f"-{number}" if number > 1 else "")
        name = (base or "image")[: max(1, longest - len(suffix))].rstrip(" -") + suffix
        if folded(name) not in taken and compact(name) not in taken:
            return name
        number += 1
