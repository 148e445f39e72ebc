"""The shells that a guest may have as its `sh`: what is sent there must work in each of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from tests.support.needs import needs

SHELLS: Final[Mapping[str, tuple[str, ...]]] = {
    "dash": ("dash",),
    "bash": ("bash", "--posix"),
    "busybox": ("busybox", "sh"),
}
"""By name, the command that reads a script as POSIX says."""
GUEST_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where a guest's programs are; of a developer's own folders in front of them each call would look through all."""
EACH_SHELL: Final = [
    pytest.param("dash", marks=needs("dash")),
    pytest.param("bash", marks=[needs("bash"), pytest.mark.slow]),
    pytest.param("busybox", marks=[needs("busybox"), pytest.mark.slow]),
]
"""As parameters: always the one that Debian and Ubuntu have, the others among the slow tests."""
