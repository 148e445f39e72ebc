"""Trees of the probe's own tests, as the disks of machines that do not run: what its script reads there, a disk tells.

Each is planted as it stands; what a running system shows in /proc, /sys, /run and by its tools is left out.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping

from tests.guest.next_boot.guests import HEALTHY
from tests.guest.next_boot.test_data_source import BROKEN
from tests.guest.next_boot.test_mount_units import ETC, LIB, unit
from tests.guest.next_boot.test_network_files import GIVEN, ODD, SECRETS, STYLES
from tests.guest.next_boot.test_network_files import PLACES as NETWORKS
from tests.guest.probe.test_first_boot import BOOT, FILES
from tests.guest.probe.test_network import CASES, SSHD
from tests.guest.probe.test_secrets import PLACES
from tests.guest.probe.test_services import NAMING, RUNNING

Files = Mapping[str, str | bytes]
_SHOWN_WHILE_RUNNING = ("/proc/", "/sys/", "/run/", "/.tools/")


def of_a_disk(files: Mapping[str, str | bytes | None]) -> dict[str, str | bytes]:
    """Those that lie on the disk."""
    return {
        path: content
        for path, content in files.items()
        if content is not None and not path.startswith(_SHOWN_WHILE_RUNNING)
    }


def _numbered(folder: str, texts: Mapping[str, str], ending: str) -> dict[str, str]:
    return {f"{folder}/{number:02}{ending}": text for number, text in enumerate(texts.values())}


def _with_secrets() -> dict[str, str]:
    words = itertools.count(1000)
    made = {path: re.sub("(?<!_)SECRET(?!_)", lambda _: f"hunter{next(words)}", text) for path, text in PLACES.items()}
    return {path: re.sub(r"(?m)^ {8}", "", text) for path, text in made.items()}


_TOLD_OF_YAML = {
    "of every style": _numbered("/etc/netplan", STYLES, "-style.yaml"),
    "given to cloud-init": _numbered("/etc/cloud/cloud.cfg.d", {**GIVEN, **BROKEN}, ".cfg"),
    "odd": {f"{path.rpartition('/')[0]}/{number}-{path.rpartition('/')[2]}": text
            for number, (path, text) in enumerate(ODD.values())},
    "secret": {"/etc/netplan/99.yaml": SECRETS},
}  # fmt: skip
STORIES: dict[str, Files] = {
    "healthy": of_a_disk(HEALTHY),
    "first boot": of_a_disk(FILES),
    "boot": of_a_disk(BOOT),
    "secrets": of_a_disk(_with_secrets()),
    "sshd": SSHD,
    "units": of_a_disk(RUNNING),
    "paths": NAMING,
    "networks": {**NETWORKS, **{path: text for path, (text, _settings) in CASES.items()}},
    "mounts": {f"{ETC}/data.mount": unit(), f"{LIB}/local-fs.target.requires/data.mount": "-> ../data.mount"},
    **{f"yaml {name}": files for name, files in _TOLD_OF_YAML.items()},
}
"""By a word for what is in it."""
