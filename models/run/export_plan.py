"""What an export makes of an image: the file, its format, and what it is compared with."""

from __future__ import annotations

from models.base import Frozen
from models.image_file.image_format import ImageFormat


class ExportPlan(Frozen):
    """The file that an export writes."""

    path: str
    """Absolute, as the user named it."""
    format: ImageFormat
    """What the file is when the run is over."""
