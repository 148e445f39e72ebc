"""What is proposed for the image of a file: from what stands beside it, else from what lies in it."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

from imaging.files.identity import is_bare_raw
from imaging.guest.file_inspection import exported_beside
from imaging.guidelines.instance.image_names import suggest_name
from imaging.runs.plan.import_file.planning import FileToImport
from models.cloud.image import Image
from models.errors import ForeignValueError
from models.formatting import size
from models.guidelines.profile import Profile
from models.image_file.exported import ExportedImage
from models.image_file.identity import FileIdentity
from models.image_file.image_format import ImageFormat
from models.text import cut

_DATED: Final = re.compile(r"(?<=.)-20\d{6}(?:-\d{1,3})?\Z")
"""What a proposed name ends in: another date would follow it."""


def wants_sha256(path: Path, declared: ImageFormat | None) -> bool:
    """Whether the SHA-256 of a file is worth reading its holes.

    Something beside it names its bytes by it; or it is no plain RAW disk: those have hardly any holes, and no image
    will have their hash.

    Raises:
        RefusedFileError: it cannot be used, and why.
    """
    return _beside(path) is not None or not is_bare_raw(path, declared)


def proposed_beside(path: Path, identity: FileIdentity) -> ExportedImage | None:
    """What stands beside an exported file, if it is about exactly these bytes."""
    found = _beside(path)
    return found if found is not None and found.file.sha256 == identity.sha256 else None


def _beside(path: Path) -> ExportedImage | None:
    try:
        return exported_beside(path)
    except ForeignValueError:
        return None  # that is said by the inspection


def proposed_name(file: FileToImport, profile: Profile, images: tuple[Image, ...], today: date) -> str:
    """A name that keeps every rule and that nothing has."""
    known = file.proposed.name if file.proposed is not None else file.name.partition(".")[0]
    return suggest_name(_DATED.sub("", known), today, profile, images)


def proposed_description(file: FileToImport, today: date) -> str:
    """What can be said about the image without asking; what it is for is for the user to add."""
    if file.proposed is not None and file.proposed.description:
        return file.proposed.description
    system = file.found.guest.system.value if file.found.guest is not None else None
    based = f" {cut(system.pretty_name, 60)}." if system is not None and system.pretty_name else ""
    disk = size(file.found.file.header.disk_size_bytes)
    return f"Imported from the file {cut(file.name, 60)} on {today}.{based} Disk of {disk}."
