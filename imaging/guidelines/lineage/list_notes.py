"""What the list of images tells about each: a base image with a newer release, its age, the end of its support."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from imaging.guidelines.instance.image_names import is_featured
from imaging.guidelines.instance.systems import System, support_as_of, support_of, system_of
from imaging.guidelines.lineage.base_image import base_image_id
from imaging.guidelines.lineage.succession import name_stem
from models.cloud.image import Image
from models.formatting import day
from models.guidelines.image_note import ImageNote, NoteCode
from models.guidelines.profile import Profile


class ImageNotes:
    """Notes on images of one list, judged by the others in it."""

    def __init__(self, images: Iterable[Image], profile: Profile, now: datetime, project_id: str | None) -> None:
        """Sort the list once.

        Args:
            images: all that the project can see; while the list is still read nothing newer may be known.
            profile: tells how featured images are recognised, how old images may be, and what systems are supported.
            now: the time.
            project_id: whose images are one's own; None before a login.
        """
        self._profile, self._now, self._project_id = profile, now, project_id
        self._by_id = {image.id: image for image in images}
        self._releases: dict[tuple[str, str], list[Image]] = {}
        for image in self._by_id.values():
            system = system_of(image)
            if system is not None and _is_release(image, profile, project_id):
                self._releases.setdefault((system.id, system.version), []).append(image)

    def of(self, image: Image) -> tuple[ImageNote, ...]:
        """What is told about one image: of one's own all, of others the end of support alone."""
        own = self._project_id is not None and image.owner == self._project_id
        return (*(self._of_own(image) if own else ()), *self._support(image))

    def _of_own(self, image: Image) -> Iterator[ImageNote]:
        newer = self._by_id.get(image.noted_newer or "")
        if newer is not None:
            yield ImageNote(code=NoteCode.FOLLOWED, text=f"{newer.name} follows it.", about_id=newer.id)
        yield from self._newer_base(image)
        days = self._profile.oldest_image_days
        if days and image.created_at is not None and (age := (self._now - image.created_at).days) > days:
            text = f"It is {age} days old; the guidelines {self._profile.name} want images younger than {days} days."
            yield ImageNote(code=NoteCode.OLD, text=text)

    def _newer_base(self, image: Image) -> Iterator[ImageNote]:
        """By what is listed: a base image that is gone or hidden is known by its system alone."""
        base_id = base_image_id(image)
        if base_id is None:
            return
        base, system = self._by_id.get(base_id), system_of(image)
        followed = self._by_id.get(base.noted_newer or "") if base is not None else None
        newer = followed or self._newer_release(image, base, system)
        if newer is not None and newer.id != image.id:
            named = (
                f"Its base image {base.name}" if base is not None else "Its base image, which is not listed any more,"
            )
            made = f" of {day(newer.created_at)}" if newer.created_at is not None else ""
            text = f"{named} has a newer release: {newer.name}{made}."
            yield ImageNote(code=NoteCode.NEWER_BASE, text=text, about_id=newer.id)

    def _newer_release(self, image: Image, base: Image | None, system: System | None) -> Image | None:
        if base is not None:
            if not _is_of_release(base, self._profile, self._project_id):
                return None
            system = system_of(base)
        since = (base or image).created_at
        if system is None or since is None:
            return None
        releases: Sequence[Image] = self._releases.get((system.id, system.version), ())
        if base is not None:
            releases = [each for each in releases if name_stem(each.name) == name_stem(base.name)]
        younger = [each for each in releases if each.created_at is not None and each.created_at > since]
        return max(younger, key=lambda each: each.created_at or since, default=None)

    def _support(self, image: Image) -> Iterator[ImageNote]:
        system = system_of(image)
        support = support_of(system, self._profile) if system is not None else None
        if system is not None and support is not None and support.ends < self._now.date():
            text = (
                f"Standard support of {system.pretty} ended on {support.ends} (table of {support_as_of()}), "
                "by the image's own properties."
            )
            yield ImageNote(code=NoteCode.SUPPORT_ENDED, text=text)


def _is_release(image: Image, profile: Profile, project_id: str | None) -> bool:
    return image.status == "active" and not image.hidden and is_featured(image, profile, project_id)


def _is_of_release(image: Image, profile: Profile, project_id: str | None) -> bool:
    """Whether it is a release, or was one: clouds make older ones community images, or hide them."""
    return image.owner != project_id and (image.visibility == "community" or is_featured(image, profile, project_id))
