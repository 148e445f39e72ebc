"""Saving what an image would lose or publish: directories of a guest, copied to this machine."""

from __future__ import annotations

from imaging.guest.download.result import SavedDirectories

__all__ = ["SavedDirectories"]
