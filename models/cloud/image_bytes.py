"""The bytes of images: which ways lead them into a cloud, what a new image is to be, and how a transfer ended."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from models.base import Frozen
from models.cloud.quota import Limit
from models.foreign import Moment
from models.text import CleanLines, CleanText

GLANCE_DIRECT = "glance-direct"
"""The import method of an image whose bytes were staged."""
WEB_DOWNLOAD = "web-download"
"""The import method by which the cloud itself fetches a URL."""


class NewImage(Frozen):
    """What a new image is to be. It is always private at first: nobody launches what nobody has compared."""

    name: str
    disk_format: str
    """As Glance calls it: raw, qcow2, vmdk, vhd, vhdx, vdi."""
    container_format: str = "bare"
    id: str | None = None
    """A UUID of the caller's own: written down before, it tells after a lost answer whether the image was made."""
    min_disk_gib: int = 0
    min_ram_mib: int = 0
    properties: Mapping[str, str] = Field(default_factory=dict)
    tags: tuple[str, ...] = ()


class ImageStore(Frozen):
    """A place where a cloud keeps images, where it has several."""

    id: CleanText
    description: CleanText = ""
    is_default: bool = False
    is_read_only: bool = False


class UploadWays(Frozen):
    """What a cloud tells about the ways into it. None anywhere: it does not tell, which is no refusal."""

    methods: tuple[CleanText, ...] | None = None
    """The import methods; empty where only an upload is offered."""
    stores: tuple[ImageStore, ...] | None = None
    total_mib: Limit | None = None
    """Of all images of the project, in MiB (Glance's `image_size_total`)."""
    staged_mib: Limit | None = None
    """Of what is staged and not yet imported, in MiB."""
    images: Limit | None = None
    uploading: Limit | None = None
    """How many images may be uploaded or imported at the same time."""
    token_seconds: float | None = None
    """How long a fresh token lives: an upload that takes longer may be refused at its end."""

    def offers(self, method: str) -> bool | None:
        """Whether the cloud offers an import method; None where it does not tell."""
        return None if self.methods is None else method in self.methods


class ImageTask(Frozen):
    """A task of Glance about one image, such as an import. What it was given is not read: it may hold a URL."""

    id: CleanText
    kind: CleanText
    """`api_image_import` of every import."""
    status: CleanText
    """pending, processing, success or failure; `unknown` where none was sent."""
    message: CleanLines = ""
    """What it says about its failure."""
    created_at: Moment | None = None
    updated_at: Moment | None = None

    @property
    def has_failed(self) -> bool:
        """Whether it ended in failure."""
        return self.status == "failure"

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self.status in {"success", "failure"}


class DownloadEnd(Frozen):
    """What a download that came to its end has taken: the bytes from `first_byte` up to `end_byte`, each once."""

    first_byte: int
    """The asked one; 0 where the cloud ignored the range and sent everything."""
    end_byte: int
    """One behind the last byte."""
    ranges_ignored: bool = False
    """The cloud sent the whole image although a part was asked for."""
