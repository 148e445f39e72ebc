"""The machines of which the user has agreed that they are the right ones although they tell nothing of themselves."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from imaging.runtime.paths import Paths


class AgreedMachines:
    """An empty file for each instance and host key, so that nobody is asked twice, but about a new key."""

    def __init__(self, paths: Paths) -> None:
        """Keep where they lie."""
        self._folder = paths.state / "machines"

    def includes(self, instance_id: str, host_key: str) -> bool:
        """Whether the user has agreed to this one before. Reads a file: for a thread."""
        return self._file(instance_id, host_key).is_file()

    def add(self, instance_id: str, host_key: str) -> None:
        """Note that the user agreed.

        Raises:
            OSError: it cannot be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._file(instance_id, host_key)
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))

    def _file(self, instance_id: str, host_key: str) -> Path:
        """Both come from strangers, so that their hash stands for them."""
        both = f"{len(instance_id)} {instance_id} {host_key}".encode("utf-8", "surrogatepass")
        return self._folder / hashlib.sha256(both).hexdigest()
