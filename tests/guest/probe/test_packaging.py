"""Asking a package manager writes nothing into its database."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.guest.probe.running import plant
from tests.guest.probe.test_framing import own
from tests.guest.probe.trees import needs_root

RPM = "#!/bin/sh\nprintf 'asked-by\\t%s\\n' \"$(id -u)\"\n"


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that everybody may read, unlike pytest's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def ask(folder: Path) -> list[list[str]]:
    """What rpm says about this machine itself, where both the tool and the database are the test's."""
    said = own(f"R=; PATH={folder}:$PATH; rpm_database={folder}; ask_rpm -qa")
    return list(said["rows"])


@needs_root
@pytest.mark.parametrize("database, who", [("Packages", "65534"), ("rpmdb.sqlite", "0")])
def test_an_old_database_which_root_would_lock_is_asked_by_nobody(folder, database, who):
    assert ask(plant(folder, {"rpm": RPM, database: ""})) == [["asked-by", who]]


@needs_root
def test_a_database_that_nobody_may_read_is_asked_by_root(folder):
    plant(folder, {"rpm": RPM, "Packages": ""})
    (folder / "Packages").chmod(0o600)
    assert ask(folder) == [["asked-by", "0"]]
