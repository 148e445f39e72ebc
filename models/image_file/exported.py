"""What stands beside an exported file as `FILE.json`: what another cloud needs, and nothing of the first one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final, Literal

from pydantic import ConfigDict, Field, field_validator

from models import foreign
from models.base import Frozen
from models.findings import Readiness
from models.foreign import Moment
from models.image_file.disk_facts import DiskFirmware
from models.image_file.image_format import ImageFormat
from models.image_file.launch_properties import launch_properties
from models.text import CleanLines, CleanText

SUFFIX: Final = ".json"
"""Behind the name of the file."""
MOST_BYTES: Final = 262_144
"""A longer one is not read."""


class FileDescription(Frozen):
    """The file itself, so that it can be told from another one before anything is sent."""

    name: CleanText = Field(description="Its name, without a folder.")
    format: ImageFormat
    size_bytes: int = Field(ge=0)
    disk_size_bytes: int = Field(ge=0, description="Of the disk that a machine sees.")
    sha256: CleanText = Field(pattern="^[0-9a-f]{64}$")


class StoredImage(Frozen):
    """What the cloud stored, which the file was made of."""

    format: CleanText = Field(description="Its `disk_format`.")
    size_bytes: int = Field(ge=0)
    hash_algorithm: CleanText | None = Field(description="Such as sha512; null: the cloud told none.")
    hash: CleanText | None
    compared: bool = Field(description="Whether what was downloaded has that hash. False: not verified.")


class ExportedImage(Frozen):
    """`imaging export`: the description beside an exported file. `imaging import FILE` proposes what stands here."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True)

    version: Literal["imaging.exported-image/1"] = Field(default="imaging.exported-image/1", alias="schema")
    name: CleanText
    description: CleanLines = ""
    min_disk_gib: int = Field(default=0, ge=0, le=2**31)
    min_ram_mib: int = Field(default=0, ge=0, le=2**31)
    properties: Mapping[CleanText, CleanText] = Field(
        default_factory=dict,
        description="What a launch needs (firmware, machine, buses, architecture, system). Nothing of the site, the "
        "project or the owner.",
    )
    firmware: DiskFirmware = Field(
        default=DiskFirmware.UNKNOWN, description="What can start a machine from its disk; empty: not known."
    )
    architecture: CleanText = Field(default="", description="Of the system on it; empty: not known.")
    file: FileDescription
    stored: StoredImage
    boot_verdict: CleanText | None = Field(
        default=None, description="What a test launch of the stored image came to; null: none is noted."
    )
    seal_verdict: CleanText | None = Field(
        default=None, description="Whether the stored image was shown to be sealed; null: nobody has tried."
    )
    readiness: Readiness = Field(description="What the checklist of the system in the file comes to.")
    exported_at: Moment

    @field_validator("properties", mode="before")
    @classmethod
    def _only_what_a_launch_needs(cls, properties: object) -> object:
        """An import proposes nothing else, even if somebody has written more into the file."""
        if not isinstance(properties, Mapping):
            return properties
        texts = {key: value for key, value in properties.items() if isinstance(key, str) and isinstance(value, str)}
        return launch_properties(texts)


def read_exported(content: bytes) -> ExportedImage | None:
    """What somebody's `FILE.json` proposes.

    Args:
        content: of the file, as it was read; bounded here.

    Returns:
        None where it is some other file: many a tool writes a `.json`.

    Raises:
        ForeignValueError: it is no JSON, as a copy that was cut, or claims to be of this program and cannot be read.
    """
    document = foreign.document(content, max_bytes=MOST_BYTES)
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("imaging.exported-image/"):
        return None
    fields = set(ExportedImage.model_fields) | {"schema"}
    known = {key: value for key, value in document.items() if key in fields}  # a later program may say more
    return foreign.model(ExportedImage, json.dumps(known), max_bytes=2 * MOST_BYTES, name="The description of the file")
