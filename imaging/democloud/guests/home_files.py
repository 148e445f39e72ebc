"""Files in the homes of the guests: those that can be copied out, made at the first inspection.

The recordings were made of trees with these very files, so that what the probe counts is what there is to save.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType


def _table(rows: int, *columns: str) -> bytes:
    """A table of measurements; the same at every start."""
    chance = random.Random(rows)  # noqa: S311  # made-up measurements, nothing is secret
    lines = (",".join(f"{chance.gauss(14, 2):.5f}" for _ in columns) for _ in range(rows))
    return "\n".join([",".join(columns), *lines, ""]).encode()


_FIT = b"""\
import csv
import statistics
import sys

with open(sys.argv[1], newline="") as file:
    magnitudes = [float(row["magnitude"]) for row in csv.DictReader(file)]
print(statistics.mean(magnitudes), statistics.stdev(magnitudes))
"""
_NOTES = b"""\
# Survey catalogue

- 2026-10-02 second release loaded, indexes rebuilt
- period search runs from the home of ada until it is moved to /opt/survey
- licence server of the fitting package: see licences/fit.lic
"""
_MENU = b"""\
[Desktop Entry]
Type=Application
Name=Period search
Exec=/home/ada/bin/period-search
Terminal=true
"""
_LICENCE = b"""\
SERVER licences.survey.example 0050568f1a2b 27000
FEATURE PeriodFit orbitsoft 4.0 31-dec-2026 10 SIGN="0000 0000 0000"
"""
_KEY = b"""\
-----BEGIN OPENSSH PRIVATE KEY-----
VGhpcyBpcyBubyBrZXk6IGl0IGJlbG9uZ3MgdG8gdGhlIGRlbW9uc3RyYXRpb24gY2xvdWQu
-----END OPENSSH PRIVATE KEY-----
"""
_SEARCH = b'#!/bin/sh\nexec python3 /home/ada/analysis/fit.py "$@"\n'

OWNERS_PUBLIC_KEY = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGRlbW9uc3RyYXRpb24gY2xvdWQgb25seSwgbm8ga2V5 ada@laptop\n"
"""The public key of the key pair, as the cloud gives it to cloud-init."""

SKELETON: Mapping[str, bytes] = MappingProxyType(
    {
        ".bash_logout": b"# ~/.bash_logout: executed by bash(1) when login shell exits.\n",
        ".bashrc": b"# ~/.bashrc: executed by bash(1) for non-login shells.\n",
        ".profile": b"# ~/.profile: executed by the command interpreter for login shells.\n",
    }
)
"""What every account begins with."""
FILES: Mapping[str, Mapping[str, Callable[[], bytes]]] = MappingProxyType(
    {
        "db-07": {
            "/home/ubuntu/.bash_history": lambda: b"sudo apt install postgresql\npsql survey\n",
            "/home/ubuntu/notes.md": lambda: _NOTES,
            "/home/ubuntu/Desktop/Period search.desktop": lambda: _MENU,
            "/home/ubuntu/Desktop/read me first.txt": lambda: b"The catalogue is in PostgreSQL; ask Ada for a login.\n",
            "/home/ada/analysis/fit.py": lambda: _FIT,
            "/home/ada/analysis/light curves.csv": lambda: _table(40_000, "time", "magnitude", "error"),
            "/home/ada/analysis/periods.csv": lambda: _table(2_000, "star", "period"),
            "/home/ada/bin/period-search": lambda: _SEARCH,
            "/home/ada/licences/fit.lic": lambda: _LICENCE,
            "/home/ada/.ssh/id_ed25519": lambda: _KEY,
            "/home/ada/.bash_history": lambda: b"python3 analysis/fit.py\n",
            "/home/ada/.pgpass": lambda: b"localhost:5432:survey:ada:not-a-real-one\n",
        },
        "gis-lab": {
            "/home/ubuntu/course/exercise 1.md": lambda: (
                b"# Reading a raster\n\nOpen the elevation model of the valley.\n"
            ),
            "/home/ubuntu/course/stations.csv": lambda: _table(5_000, "east", "north", "height"),
            "/home/ubuntu/Desktop/QGIS.desktop": lambda: _MENU.replace(b"Period search", b"QGIS"),
        },
        "web-01": {},
        "ubuntu-24": {},
        "rocky-9": {},
        "hostile": {
            "/home/ubuntu/plain.txt": lambda: b"nothing odd\n",
            "/home/ubuntu/[/red]\x1b[2J.txt": lambda: b"a name with an escape code\n",
            "/home/ubuntu/two\nlines.txt": lambda: b"a name with a new line\n",
        },
    }
)
"""By recording: what can be copied out of its guests. Each file is made again from the same rule."""

HOMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "db-07": ("/home/ubuntu", "/home/ada"),
        "gis-lab": ("/home/ubuntu",),
        "web-01": ("/home/debian",),
        "ubuntu-24": ("/home/ubuntu",),
        "rocky-9": ("/home/rocky",),
        "hostile": ("/home/ubuntu",),
    }
)
"""By recording: the homes that there are; the first is that of the account that cloud-init made."""


def home_files(recording: str) -> dict[str, bytes]:
    """All files in the homes of a guest, by path."""
    homes = HOMES[recording]
    files = {f"{home}/{name}": content for home in homes for name, content in SKELETON.items()}
    files[f"{homes[0]}/.ssh/authorized_keys"] = OWNERS_PUBLIC_KEY
    return files | {path: content() for path, content in FILES[recording].items()}
