"""An image and those that it follows or that follow it, as `imaging succession --json` writes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from imaging.commands.documents.base import Document
from imaging.guidelines.lineage.succession import DeletionHindrance, Hindrance
from models.works.inventory import InstalledPackage, InventoryChange, PackageManager, VersionChange
from models.works.lineage import ImageSide, Succession


class ImageSideDocument(Document):
    """What is compared of an image."""

    id: str
    name: str
    size_bytes: int | None
    min_disk_gib: int
    verdict: str | None = Field(description="The word of its test launch, noted about this very image.")
    works: str | None = Field(description="Whether it works, the same.")
    sealed: str | None = Field(description="The word on its seal, the same.")


class PackageDocument(Document):
    """An installed package."""

    manager: PackageManager
    name: str
    version: str
    architecture: str
    place: str = Field(description="The environment of conda or Python; empty for packages of the system.")


class VersionChangeDocument(Document):
    """A package that both have, in another version."""

    manager: PackageManager
    name: str
    place: str
    before: str
    after: str


class InventoryChangeDocument(Document):
    """What is installed on the newer image beyond the older one."""

    unknown_because: str | None = Field(description="Why it is not known; null: the two were compared.")
    not_compared: tuple[PackageManager, ...] = Field(
        description="Whose packages are not known whole on both: of these there may be more changes."
    )
    added: tuple[PackageDocument, ...]
    removed: tuple[PackageDocument, ...]
    changed: tuple[VersionChangeDocument, ...]


class HindranceDocument(Document):
    """Something that forbids that the image is deleted."""

    code: Hindrance = Field(description="What it is; scripts decide by it.")
    reason: str


class SuccessionDocument(Document):
    """`imaging succession IMAGE --json`."""

    version: Literal["imaging.succession/1"] = Field(default="imaging.succession/1", alias="schema")
    image: ImageSideDocument
    hidden: bool
    follows: ImageSideDocument | None = Field(description="The older image; null: it follows none, or that is gone.")
    followed_by: ImageSideDocument | None = Field(description="The newer image; null: none follows, or that is gone.")
    change: InventoryChangeDocument | None = Field(description="Since the older image; null: it follows none.")
    forbids_deletion: tuple[HindranceDocument, ...] = Field(
        description="Empty: as far as this project can see, nothing forbids that it is deleted."
    )


def side_document(side: ImageSide) -> ImageSideDocument:
    """One of the images."""
    return ImageSideDocument(
        id=side.id,
        name=side.name,
        size_bytes=side.size_bytes,
        min_disk_gib=side.min_disk_gib,
        verdict=side.verdict or None,
        works=side.works or None,
        sealed=side.seal or None,
    )


def succession_document(
    image: ImageSide,
    *,
    hidden: bool,
    older: Succession | None,
    newer: ImageSide | None,
    hindrances: tuple[DeletionHindrance, ...],
) -> SuccessionDocument:
    """All of it."""
    return SuccessionDocument(
        image=side_document(image),
        hidden=hidden,
        follows=side_document(older.older) if older is not None else None,
        followed_by=side_document(newer) if newer is not None else None,
        change=_change(older.change) if older is not None else None,
        forbids_deletion=tuple(HindranceDocument(code=each.code, reason=each.reason) for each in hindrances),
    )


def _change(change: InventoryChange) -> InventoryChangeDocument:
    return InventoryChangeDocument(
        unknown_because=change.unknown_because or None,
        not_compared=change.not_compared,
        added=tuple(_package(each) for each in change.added),
        removed=tuple(_package(each) for each in change.removed),
        changed=tuple(_version(each) for each in change.changed),
    )


def _package(package: InstalledPackage) -> PackageDocument:
    return PackageDocument(
        manager=package.manager,
        name=package.name,
        version=package.version,
        architecture=package.architecture,
        place=package.place,
    )


def _version(change: VersionChange) -> VersionChangeDocument:
    return VersionChangeDocument(
        manager=change.manager, name=change.name, place=change.place, before=change.before, after=change.after
    )
