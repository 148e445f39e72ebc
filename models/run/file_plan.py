"""The file of an import: which one it is, what is made of it, how it is sent, and what the image is to say about it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from pydantic import Field

from models.base import Frozen
from models.image_file.file_facts import FileFacts
from models.image_file.identity import FileIdentity
from models.image_file.image_format import ImageFormat
from models.text import CleanText


class SendingWay(StrEnum):
    """How the bytes get into the cloud."""

    UPLOAD = "upload"
    """Sent at once; no cloud converts what comes so."""
    STAGED = "glance-direct"
    """Sent to a waiting place and imported from there, where some clouds convert it."""
    FETCHED = "web-download"
    """The cloud itself fetches a URL."""


class FilePlan(Frozen):
    """What an import does with its file."""

    path: str
    """Absolute, as the user named it: a file, or the directory of its parts. Empty where the cloud fetches a URL."""
    name: CleanText
    """For people: the last part of its path, or of the URL."""
    work_dir: str
    """Where a conversion is kept until the run is over."""
    identity: FileIdentity | None = None
    """None where the cloud fetches a URL."""
    facts: FileFacts | None = None
    target: ImageFormat
    """What is sent."""
    converts: bool = False
    """Whether a file of its own is made first: converted, or only unpacked."""
    sent_bytes: int = 0
    """How many bytes are sent: of a conversion to RAW those of the disk; 0 where nobody knows."""
    scratch_bytes: int = 0
    """How many the conversion is expected to take in the work directory."""
    min_disk_gib: int = 0
    properties: Mapping[CleanText, CleanText] = Field(default_factory=dict)
    """What the image is to say about its machine, beside the description."""
    url: CleanText = ""
    """What the cloud fetches; one that holds a secret is fetched by this machine, and never written down."""
    way: SendingWay = SendingWay.UPLOAD
    promised_hash: CleanText = ""
    """The SHA-256 or SHA-512 that the user gave: the image must have it."""
    refusals: tuple[CleanText, ...] = ()
    """Why it cannot be sent to this cloud: quota, room, no way in."""
    upload_seconds: int = 0
    """How much of the estimate the upload takes."""

    @property
    def is_fetched(self) -> bool:
        """Whether the cloud fetches it, and nothing of this machine is sent."""
        return self.way is SendingWay.FETCHED

    @property
    def is_sent_as_it_lies(self) -> bool:
        """Whether exactly the bytes of the file are sent, so that one hash tells about both."""
        return not self.converts and self.facts is not None and all(not each.cuts for each in self.facts.wrappers)


class SentFile(Frozen):
    """What was sent, as it was counted and hashed on the way."""

    format: ImageFormat
    size_bytes: int | None = None
    """None where the cloud fetched it."""
    sha512: CleanText = ""
    sha256: CleanText = ""
    md5: CleanText = ""
    seconds: float | None = None
    """How long the sending took."""

    def hash_like(self, other: str) -> str:
        """Its hash of the kind of another one, told by the length; empty where there is none."""
        return next((each for each in (self.sha512, self.sha256, self.md5) if each and len(each) == len(other)), "")


class KeptFile(Frozen):
    """A conversion that is kept until the run is over, so that a broken upload begins from it."""

    path: str
    size_bytes: int = 0
    """0 while it is being written."""
    removed: bool = False
