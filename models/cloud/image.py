"""Images (Glance)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen
from models.foreign import Moment
from models.text import CleanLines, CleanText

MAPPING = "block_device_mapping"
"""The image property in which Nova names the disks of a volume-backed image, as a text of JSON."""
MAPPING_BYTES = 65_536
"""A longer one is not read."""
UNKNOWN_VISIBILITY = "unknown"
"""The visibility of an image of which the cloud sent none: not private, which would permit its deletion."""
VERDICT = "imaging.verdict"
"""The image property that holds the word of a verdict; it counts only together with `VERDICT_ABOUT`."""
VERDICT_ABOUT = "imaging.verdict.image"
"""The image property that names the image which the verdict is about."""
SEALED = "imaging.sealed"
"""The image property that holds the word of the verdict on a seal; it counts only together with `SEALED_ABOUT`."""
SEALED_ABOUT = "imaging.sealed.image"
"""The image property that names the image which that verdict is about."""
SEALED_KEPT = "imaging.sealed.kept"
"""The image property that names what the seal kept on purpose."""
WORKS = "imaging.works"
"""The image property that holds whether it works beyond its boot; it counts only together with `WORKS_ABOUT`."""
WORKS_ABOUT = "imaging.works.image"
"""The image property that names the image which that is about."""

SUCCEEDS = "imaging.succeeds"
"""The image property that names the image which this one follows; it counts only together with `SUCCEEDS_ABOUT`."""
SUCCEEDS_ABOUT = "imaging.succeeds.image"
"""The image property that names the image which follows it."""
SUCCEEDED_BY = "imaging.succeeded_by"
"""The image property that names the image which follows this one; it counts only together with the next."""
SUCCEEDED_BY_ABOUT = "imaging.succeeded_by.image"
"""The image property that names the image which is followed."""
PUBLISHED = "imaging.published"
"""The image property that holds how far it was ever made visible; it counts only together with the next."""
PUBLISHED_ABOUT = "imaging.published.image"
"""The image property that names the image which that is about."""


class SnapshotData(Frozen):
    """A volume snapshot that a volume-backed image refers to, and that holds its data."""

    id: CleanText
    status: CleanText | None = None
    """None: the volume service did not show it."""
    size_gib: int | None = None

    def trouble_since(self, earlier: SnapshotData) -> str | None:
        """What happened to it, as the end of a sentence; None where nothing did, or it could not be seen before."""
        if earlier.status is None:
            return None
        if self.status is None:
            return "is gone"
        if self.status != "available":
            return f"is {self.status}"
        has_size = self.size_gib is not None and earlier.size_gib is not None
        return "has another size" if has_size and self.size_gib != earlier.size_gib else None


class ImageData(Frozen):
    """What tells whether an image still holds what it was made of."""

    image_id: CleanText
    size_bytes: int | None = None
    content_hash: CleanText | None = None
    snapshots: tuple[SnapshotData, ...] | None = None
    """Those that it refers to; None where that was not written down."""

    def changes_to(self, later: ImageData) -> tuple[str, ...]:
        """What differs later, in words; a value that was not there before and came since is no change."""
        found = []
        if self._has_other_snapshots(later):
            found.append("the volume snapshots that it refers to")
        if self.size_bytes is not None and later.size_bytes != self.size_bytes:
            found.append("its size")
        if self._has_other_hash(later.content_hash):
            found.append("its hash")
        return tuple(found)

    def _has_other_snapshots(self, later: ImageData) -> bool:
        if self.snapshots is None or later.snapshots is None:
            return False
        return {each.id for each in self.snapshots} != {each.id for each in later.snapshots}

    def _has_other_hash(self, later: str | None) -> bool:
        """One of another length was computed in another way, and cannot be compared."""
        known = self.content_hash
        return known is not None and later != known and (later is None or len(later) == len(known))


class Image(Frozen):
    """A Glance image. Names are not unique: an image is addressed by its id alone."""

    id: CleanText
    name: CleanText
    status: CleanText
    """The API's word in small letters: queued, saving, active, ...; `unknown` where none was sent."""
    visibility: CleanText = "private"
    owner: CleanText | None = None
    """The project that owns it."""
    size_bytes: int | None = None
    virtual_size_bytes: int | None = None
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    content_hash: CleanText | None = None
    """Of its data, as Glance computed it; None before that, and where Glance never read the data."""
    hash_algorithm: CleanText | None = None
    """By what it was computed, such as sha512; `md5` of the older `checksum`; None where nothing tells."""
    disk_format: CleanText | None = None
    container_format: CleanText | None = None
    protected: bool = False
    hidden: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None
    tags: tuple[CleanText, ...] = ()
    properties: Mapping[str, CleanLines] = Field(default_factory=dict)
    """Every other property. The keys are as they came: they are sent back to change or remove one, and never shown."""

    @property
    def description(self) -> str:
        """The description, empty if there is none; a snapshot inherits that of its base image."""
        return self.properties.get("description", "")

    @property
    def noted_verdict(self) -> str | None:
        """The verdict of a test launch, if one is noted here *about this very image*.

        Nova copies an image's properties into every snapshot of each instance launched from it, so a note names the
        image that it is about, and on any other it says nothing.
        """
        if self.properties.get(VERDICT_ABOUT) != self.id:
            return None
        return self.properties.get(VERDICT)

    @property
    def noted_seal(self) -> str | None:
        """The word of the verdict on its seal, if one is noted here *about this very image*; see `noted_verdict`."""
        return self.properties.get(SEALED) if self.properties.get(SEALED_ABOUT) == self.id else None

    @property
    def noted_as_kept(self) -> str:
        """What its seal kept on purpose; empty if nothing was, or if no seal is noted about this very image."""
        return " ".join(self.properties.get(SEALED_KEPT, "").split()) if self.noted_seal is not None else ""

    @property
    def noted_works(self) -> str | None:
        """Whether it works beyond its boot, if that is noted here *about this very image*; see `noted_verdict`."""
        return self.properties.get(WORKS) if self.properties.get(WORKS_ABOUT) == self.id else None

    @property
    def noted_older(self) -> str | None:
        """The id of the image that it follows, if that is noted *about this very image*; see `noted_verdict`."""
        return self._noted(SUCCEEDS, SUCCEEDS_ABOUT)

    @property
    def noted_newer(self) -> str | None:
        """The id of the image that follows it, if that is noted *about this very image*; see `noted_verdict`."""
        return self._noted(SUCCEEDED_BY, SUCCEEDED_BY_ABOUT)

    @property
    def noted_published(self) -> str | None:
        """How far this program has made it visible beyond its project; None where it has not, as far as is noted."""
        return self._noted(PUBLISHED, PUBLISHED_ABOUT)

    def _noted(self, key: str, about: str) -> str | None:
        return (self.properties.get(key) or None) if self.properties.get(about) == self.id else None

    @property
    def is_snapshot(self) -> bool:
        """Whether Nova made it from an instance."""
        return self.properties.get("image_type") == "snapshot"

    @property
    def is_volume_backed(self) -> bool:
        """Whether it is Nova's empty record that only names volume snapshots (facts N4, V9)."""
        mapping = self.properties.get(MAPPING, "")
        return not self.size_bytes and mapping not in {"", "[]"}
