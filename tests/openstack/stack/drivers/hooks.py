"""Lets a test slow down or fail single calls of the back ends, while the cloud runs."""

from __future__ import annotations

import io
import json
import os
import time
from pathlib import Path

UPLOAD_BYTES = 8192


def hook(name: str, resource_name: str | None) -> dict[str, object]:
    """Do to one driver call what `<state>/hooks.json` says, which is read at every call.

    For example `{"snapshot": {"delay": 3}, "spawn": {"fail": "no room", "match": "web-"}}`. Where a call has a list
    of orders, the first that matches holds.

    Args:
        name: the driver call.
        resource_name: the name of the server or volume; `match` must be a part of it.

    Raises:
        RuntimeError: the file says that this call fails.
    """
    try:
        orders = json.loads((Path(os.environ["LOOPSTACK_STATE"]) / "hooks.json").read_text())
    except (OSError, ValueError):
        return {}
    given = orders.get(name) or []
    listed = given if isinstance(given, list) else [given]
    order: dict[str, object] = next((each for each in listed if each.get("match", "") in (resource_name or "")), {})
    time.sleep(float(str(order.get("delay", 0))))
    if order.get("fail"):
        raise RuntimeError(f"loopstack: {order['fail']}")
    return order


class Upload(io.BytesIO):
    """A few KiB in place of a disk; the hook "upload" runs while Glance waits for them, so the image is `saving`."""

    def __init__(self, text: str, resource_name: str | None) -> None:
        super().__init__(f"loopstack {text}\n".encode().ljust(UPLOAD_BYTES, b"\0"))
        self._resource_name = resource_name

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() == 0:
            hook("upload", self._resource_name)
        return super().read(size)
