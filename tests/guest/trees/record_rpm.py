"""How `recorded/*.xz` were made: `python -m tests.guest.trees.record_rpm` (needs rpm, rpmbuild and db5.3_load).

Packages with the names, versions and licences of the real ones, and next to nothing inside, are built by rpmbuild and
entered by rpm itself, so that the databases are genuine: SQLite as rpm has it since 4.16 (EL 9), and Berkeley DB as it
had before (EL 7 and 8). A rpm of today can only read the latter, so the same headers are loaded by Berkeley DB's own
db5.3_load into the hash table that rpm 4.11 keeps: the header's number in four bytes, then the header.
"""

from __future__ import annotations

import lzma
import os
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
RECORDED = HERE / "recorded"
IMAGE_BUILT = 1789873812
"""20 September 2026: when the base image was made."""
UPGRADED = 1791613202
ADDED = 1791370935
"""7 October 2026, a day after the first boot."""


@dataclass(frozen=True)
class Made:
    """A package to be made."""

    name: str
    version: str
    licence: str
    at: int = IMAGE_BUILT
    arch: str = "x86_64"
    config: tuple[tuple[str, str], ...] = ()
    """Paths and contents of its configuration files."""


_HOSTS = "127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n"
_SETUP = (("/etc/hosts", _HOSTS), ("/etc/host.conf", "multi on\n"))
_SURVEY = Made("survey-tools", "1.4-1", "Commercial", ADDED + 187000, "noarch")

EL7 = (
    Made("bash", "4.2.46-34.el7", "GPLv3+"),
    Made("setup", "2.8.71-11.el7", "Public Domain", arch="noarch", config=_SETUP),
    Made("kernel", "3.10.0-1160.71.1.el7", "GPLv2"),
    Made("kernel", "3.10.0-1160.119.1.el7", "GPLv2", UPGRADED),
    Made("openssh-server", "7.4p1-23.el7_9", "BSD", UPGRADED, config=(("/etc/ssh/sshd_config", "UsePAM yes\n"),)),
    Made("cloud-init", "19.4-7.el7.centos.6", "ASL 2.0 or GPLv3"),
    Made(
        "linux-firmware", "20200421-80.git78c0348.el7_9", "GPL+ and GPLv2+ and MIT and Redistributable", arch="noarch"
    ),
    Made("postgresql-libs", "9.2.24-9.el7_9", "PostgreSQL", ADDED),
    Made("postgresql-server", "9.2.24-9.el7_9", "PostgreSQL", ADDED),
    _SURVEY,
)
EL8 = (
    Made("bash", "4.4.20-5.el8", "GPLv3+"),
    Made("setup", "2.12.2-9.el8", "Public Domain", arch="noarch", config=_SETUP),
    Made("kernel-core", "4.18.0-553.8.1.el8_10", "GPLv2"),
    Made("kernel-core", "4.18.0-553.22.1.el8_10", "GPLv2", UPGRADED),
    Made("openssh-server", "8.0p1-25.el8_10", "BSD", UPGRADED, config=(("/etc/ssh/sshd_config", "UsePAM yes\n"),)),
    Made("cloud-init", "23.4-7.el8_10", "Apache-2.0 or GPL-3.0-only", arch="noarch"),
    Made("libpq", "10.23-4.el8", "PostgreSQL", ADDED),
    Made("postgresql-server", "10.23-4.el8", "PostgreSQL", ADDED),
    _SURVEY,
)
EL9 = (
    Made("bash", "5.1.8-9.el9", "GPLv3+"),
    Made("setup", "2.13.7-10.el9", "Public Domain", arch="noarch", config=_SETUP),
    Made("kernel-core", "5.14.0-427.13.1.el9_4", "GPLv2"),
    Made("kernel-core", "5.14.0-427.40.1.el9_4", "GPLv2", UPGRADED),
    Made("openssh-server", "8.7p1-43.el9", "BSD", UPGRADED, config=(("/etc/ssh/sshd_config", "UsePAM yes\n"),)),
    Made("cloud-init", "23.4-7.el9_4", "Apache-2.0 or GPL-3.0-only", arch="noarch"),
    Made("postgresql-private-libs", "13.16-1.el9_4", "PostgreSQL", ADDED),
    Made("postgresql-server", "13.16-1.el9_4", "PostgreSQL", ADDED),
    _SURVEY,
)


def record() -> None:
    """Make the three databases again."""
    RECORDED.mkdir(exist_ok=True)
    for kind, packages in (("centos-7", EL7), ("rocky-8", EL8), ("rocky-9", EL9)):
        with tempfile.TemporaryDirectory() as folder:
            work = Path(folder)
            database = _installed(work, packages)
            if kind == "rocky-9":
                _keep(database, f"{kind}-rpmdb.sqlite.xz")
            else:
                for file in _as_berkeley_db(work, database):
                    _keep(file, f"{kind}-{file.name}.xz")


def _installed(work: Path, packages: tuple[Made, ...]) -> Path:
    folder = work / "rpm"
    _run("rpm", "--dbpath", str(folder), "--initdb")
    for package in packages:
        file = built(work, package)
        options = ("--justdb", "--nodeps", "--noscripts", "--ignorearch", "--ignoreos", "--force-debian")
        _run("rpm", "--dbpath", str(folder), "-i", *options, str(file), epoch=package.at)
    database = folder / "rpmdb.sqlite"
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("VACUUM")
    connection.close()
    return database


def built(work: Path, package: Made) -> Path:
    """Build one by rpmbuild, below a folder; the file of the package."""
    version, release = package.version.split("-", 1)
    puts, files = "", ""
    for number, (path, content) in enumerate(package.config):
        source = work / f"{package.name}-{number}"
        source.write_text(content)
        puts += f"install -D -m 644 {source} %{{buildroot}}{path}\n"
        files += f"%config(noreplace) {path}\n"
    spec = work / f"{package.name}.spec"
    spec.write_text(
        f"Name: {package.name}\nVersion: {version}\nRelease: {release}\nSummary: {package.name}\n"
        f"License: {package.licence}\n%description\n{package.name}\n"
        f"%install\nmkdir -p %{{buildroot}}\n{puts}%files\n{files}"
    )
    defines = [f"_topdir {work}/top", "_buildhost builder.example", "_use_internal_dependency_generator 0"]
    options = [word for define in defines for word in ("--define", define)]
    _run("rpmbuild", *options, "--target", package.arch, "-bb", str(spec), epoch=IMAGE_BUILT)
    return work / f"top/RPMS/{package.arch}/{package.name}-{package.version}.{package.arch}.rpm"


def _as_berkeley_db(work: Path, database: Path) -> Iterator[Path]:
    folder = work / "bdb"
    folder.mkdir()
    with closing(sqlite3.connect(database)) as connection, connection:
        headers = connection.execute("select hnum, blob from Packages order by hnum").fetchall()
        names = connection.execute("select key, hnum, idx from Name").fetchall()
        files = connection.execute("select key, hnum, idx from Basenames").fetchall()
    connection.close()
    newest = max(number for number, _ in headers)
    packages = [(_four(0), _four(newest)), *((_four(number), blob) for number, blob in headers)]
    yield _loaded(folder / "Packages", packages)
    for index, rows in (("Name", names), ("Basenames", files)):
        found: dict[bytes, bytes] = {}
        for key, number, at in rows:
            word = key.encode() if isinstance(key, str) else key
            found[word] = found.get(word, b"") + _four(number) + _four(at)
        yield _loaded(folder / index, sorted(found.items()))


def _loaded(file: Path, pairs: list[tuple[bytes, bytes]]) -> Path:
    lines = ["VERSION=3", "format=bytevalue", "type=hash", "db_pagesize=4096", "HEADER=END"]
    lines += [f" {word.hex()}" for pair in pairs for word in pair]
    _run("db5.3_load", str(file), stdin="\n".join([*lines, "DATA=END", ""]))
    return file


def _four(number: int) -> bytes:
    return number.to_bytes(4, "little")


def _keep(file: Path, name: str) -> None:
    (RECORDED / name).write_bytes(lzma.compress(file.read_bytes(), preset=9))


def _run(*command: str, stdin: str = "", epoch: int | None = None) -> None:
    environment = dict(os.environ) | ({"SOURCE_DATE_EPOCH": str(epoch)} if epoch else {})
    subprocess.run(command, input=stdin, text=True, check=True, capture_output=True, env=environment)


if __name__ == "__main__":
    record()
