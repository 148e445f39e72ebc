"""The way to the export of an image: what is known of it is read first."""

from __future__ import annotations

from typing import Any

from textual.app import App

from imaging.runtime.threads import in_thread
from models.cloud.image import Image
from screens.context import Console
from screens.images.export.screen import ExportScreen


async def open_export(app: App[Any], console: Console, image: Image) -> None:
    """Open the screen that exports an image."""
    app.push_screen(ExportScreen(image, await in_thread(console.guests.stored, image.id)))
