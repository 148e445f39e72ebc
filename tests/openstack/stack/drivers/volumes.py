"""Cinder's own fake driver, with room, and with transfers from and to images that move a few KiB."""

from __future__ import annotations

from typing import Any

from cinder.tests import fake_driver

from .hooks import Upload, hook


class VolumeDriver(fake_driver.FakeLoggingVolumeDriver):
    """Endless space, in which nothing is kept."""

    def _update_volume_stats(self) -> None:
        super()._update_volume_stats()
        self._stats["volume_backend_name"] = self.configuration.safe_get("volume_backend_name") or "fake"
        for pool in self._stats["pools"]:
            pool.update(pool_name="pool", reserved_percentage=0, multiattach=True)

    def create_volume(self, volume: Any) -> Any:
        hook("create_volume", volume.display_name)
        return super().create_volume(volume)

    def create_snapshot(self, snapshot: Any) -> Any:
        hook("create_snapshot", snapshot.display_name)
        return super().create_snapshot(snapshot)

    def clone_image(self, *_args: Any) -> tuple[dict[str, object], bool]:
        """ "The back end cloned the image by itself": so no qemu-img and no root are needed."""
        return {}, True

    def copy_volume_to_image(self, context: Any, volume: Any, image_service: Any, image_meta: Any) -> None:
        upload = Upload(f"image of volume {volume.id}", volume.display_name)
        image_service.update(context, image_meta["id"], {}, upload)

    def revert_to_snapshot(self, *_args: Any) -> None:
        """Nothing is kept, so nothing is to be reverted."""

    def retype(self, *_args: Any) -> tuple[bool, None]:
        """Any type will do."""
        return True, None
