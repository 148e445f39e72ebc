"""The part `updates`, from a disk: what apt would do is told where it is certain, and then as apt itself tells it."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from imaging.files.disk.tree import Tree
from imaging.guest.file_probe.disk import Disk
from imaging.guest.file_probe.part_rows import PartRows
from imaging.guest.file_probe.part_updates import part_updates
from tests.guest.file_probe.comparing import Row, by_file, by_shell, facts_of, rows_of
from tests.guest.file_probe.damaging import Damaged, no_file_there
from tests.guest.file_probe.packages_made_up import RUNNING, installed, needs_apt, needs_rpm
from tests.guest.file_probe.sleeping import TREES, awake, is_debian
from tests.guest.probe.trees import new_tree
from tests.guest.trees.building import put

DEBIAN = [name for name in TREES if is_debian(name)]


@needs_apt
@pytest.mark.parametrize("name", DEBIAN)
def test_a_disk_tells_the_same_as_apt_in_a_guest(name: str) -> None:
    told, expected = by_file("updates", awake(name)), by_shell("updates", awake(name))
    assert rows_of(told) == rows_of(expected, without=RUNNING)
    assert told.incomplete == expected.incomplete == ""


@needs_rpm
@pytest.mark.parametrize("name", [name for name in TREES if name not in DEBIAN])
def test_what_dnf_would_install_is_not_known_and_the_rest_is(name: str) -> None:
    asked = (*RUNNING, "pending", "pending_read", "pending_unknown")
    told, expected = by_file("updates", awake(name)), by_shell("updates", awake(name))
    assert rows_of(told, without=asked) == rows_of(expected, without=asked)
    assert facts_of("updates", told).pending is None
    assert facts_of("updates", told).pending_unknown_because == "the package manager is not asked about a disk"
    assert facts_of("updates", told).reboot_required is None


SITE = "mirror.example_debian_dists_bookworm"
SECURITY = "mirror.example_debian-security_dists_bookworm-security"
BACKPORTS = "mirror.example_debian_dists_bookworm-updates"


def offer(name: str, version: str, **fields: str) -> str:
    """A stanza of a list."""
    told = {
        "Architecture": "amd64",
        "Maintainer": "a <a@b>",
        "Size": "1",
        "MD5sum": "0" * 32,
        "Description": "d",
        **fields,
    }
    more = "".join(f"{key.replace('_', '-')}: {value}\n" for key, value in told.items())
    return f"Package: {name}\nVersion: {version}\nFilename: pool/{name}_{version}.deb\n{more}\n"


def release(suite: str, **fields: str) -> str:
    more = "".join(f"{key}: {value}\n" for key, value in fields.items())
    told = f"Origin: Debian\nLabel: Debian\nSuite: {suite}\nCodename: {suite}\nComponents: main\n"
    return f"{told}Architectures: amd64\n{more}"


MAIN, URGENT, LATER = f"{SITE}_main", f"{SECURITY}_main", f"{BACKPORTS}_main"
STORIES: dict[str, dict[str, str]] = {
    "nothing newer": {MAIN: offer("bash", "5.2.15-2+b7", Installed_Size="100") + offer("libc6", "1.0")},
    "the same elsewhere": {MAIN: offer("bash", "6"), URGENT: offer("bash", "6")},
    "the newest of several": {MAIN: offer("bash", "6") + offer("bash", "7") + offer("bash", "5.9~rc1")},
    "one that needs what is there": {MAIN: offer("bash", "6", Depends="libc6 (>= 2), nope | libpq5")},
    "one that needs a newer one": {MAIN: offer("bash", "6", Depends="libc6 (>= 9)") + offer("libc6", "9")},
    "one that needs a package that comes along": {
        MAIN: offer("bash", "6", Depends="new") + offer("new", "1") + offer("libc6", "9")},
    "one that needs what there is not": {MAIN: offer("bash", "6", Depends="new") + offer("libc6", "9")},
    "one that breaks another": {MAIN: offer("bash", "6", Breaks="libc6 (<< 9)")},
    "one that breaks what is newer too": {MAIN: offer("bash", "6", Breaks="libc6 (<< 9)") + offer("libc6", "9")},
    "one that conflicts": {MAIN: offer("bash", "6", Conflicts="libpq5") + offer("libc6", "9")},
    "one that conflicts with what itself provides": {
        MAIN: offer("bash", "6", Conflicts="shell", Provides="shell")},
    "a hold": {MAIN: offer("held", "9") + offer("bash", "6")},
    "a hold that is needed newer": {MAIN: offer("held", "9") + offer("bash", "6", Depends="held (>= 9)")},
    "backports": {LATER: offer("bash", "9"), MAIN: offer("bash", "5.2.15-2+b7", Installed_Size="100")},
    "backports of what came from there": {LATER: offer("back", "9")},
    "of all architectures now": {MAIN: offer("bash", "6", Architecture="all")},
    "no more of all architectures": {MAIN: offer("survey-tools", "2", Architecture="amd64")},
    "of another architecture": {MAIN: offer("bash", "6", Architecture="arm64")},
    "security by its version": {MAIN: offer("bash", "6+esm1")},
    "a package of which only settings are left": {MAIN: offer("gone", "9")},
    "needs what another one provides": {MAIN: offer("bash", "6", Depends="virtual")},
    "needs a version that is only provided without one": {MAIN: offer("bash", "6", Depends="virtual (>= 1)")},
    "needs a version that is provided": {MAIN: offer("bash", "6", Depends="versioned (>= 2)")},
    "needs one of any architecture": {MAIN: offer("bash", "6", Depends="libc6:any (>= 2)")},
    "needs one for any architecture": {MAIN: offer("bash", "6", Depends="provider:any (>= 1)")},
    "the same version built otherwise": {MAIN: offer("bash", "5.2.15-2+b7", Depends="libc6")},
    "pre-depends": {MAIN: offer("bash", "6", Pre_Depends="libc6 (>= 9)") + offer("libc6", "9")},
}  # fmt: skip
EXTRA = "".join(
    [
        installed("held", "1", "hold ok installed"),
        installed("back", "8"),
        installed("gone", "1", "deinstall ok config-files"),
        installed("provider", "1", Multi_Arch="allowed", Provides="virtual, versioned (= 2)"),
    ]
)
CERTAIN = set(STORIES) - {
    "one that needs a package that comes along", "one that needs what there is not", "one that breaks another",
    "one that conflicts", "needs one of any architecture", "the same version built otherwise",
    "a hold that is needed newer", "needs a version that is only provided without one",
}  # fmt: skip


def told_in(story: dict[str, str], root: Path, **files: str) -> tuple[list[Row], list[Row]]:
    """What is told about a tree with such lists from its disk, and by apt itself."""
    lists = root / "var/lib/apt/lists"
    shutil.rmtree(lists)
    for name, text in story.items():
        put(root, f"var/lib/apt/lists/{name}_binary-amd64_Packages", text)
        suite = name.rpartition("_dists_")[2].rpartition("_")[0]
        extra = {"NotAutomatic": "yes", "ButAutomaticUpgrades": "yes"} if suite.endswith("-updates") else {}
        put(root, f"var/lib/apt/lists/{name.rpartition('_')[0]}_Release", release(suite, **extra))
    for path, text in files.items():
        put(root, path, text)
    with (root / "var/lib/dpkg/status").open("a") as status:
        status.write(EXTRA)
    for name in ("held", "back", "provider"):
        put(root, f"var/lib/dpkg/info/{name}.list", "/.\n")
        put(root, f"var/lib/dpkg/info/{name}.md5sums")
    return rows_of(by_file("updates", root)), rows_of(by_shell("updates", root), without=RUNNING)


def pending(rows: list[Row]) -> list[Row] | None:
    return [row for row in rows if row[0] == "pending"] if ("pending_read",) in rows else None


@needs_apt
@pytest.mark.parametrize("story", STORIES)
def test_what_is_told_of_an_upgrade_is_what_apt_would_do(story: str, tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    told, expected = told_in(STORIES[story], root)
    assert (pending(told) is not None) is (story in CERTAIN)
    if pending(told) is not None:
        assert told == expected
    else:
        assert [row for row in told if row[0] == "problem"] == [row for row in expected if row[0] == "problem"]


@needs_apt
def test_packages_that_need_each_other_by_chance_are_told_as_apt_tells_them_or_not_at_all(tmp_path: Path) -> None:
    rnd = random.Random(7)
    names = ["bash", "libc6", "libpq5", "cloud-init", "base-files", "held", "back", "provider", "new"]
    known = 0
    for number in range(12):
        needs_of = {"Depends": ", ".join(f"{name} (>= {rnd.choice('1269')})" for name in rnd.sample(names, 2))}
        refuses = {"Breaks": f"{rnd.choice(names)} (<< {rnd.choice('19')})"} if rnd.random() < 0.3 else {}
        story = {f"{SITE}_main": "".join(offer(name, rnd.choice("69"), **needs_of, **refuses) for name in
                                         rnd.sample(names, rnd.randrange(1, 5)))}  # fmt: skip
        root = Path(shutil.copytree(awake("debian-12"), tmp_path / str(number), symlinks=True))
        told, expected = told_in(story, root)
        if pending(told) is not None:
            known += 1
            assert pending(told) == pending(expected), story
    assert known > 2


@needs_apt
@pytest.mark.parametrize(
    "path, text, is_known",
    [
        ("etc/apt/preferences.d/pin", "Package: *\nPin: release a=bookworm\nPin-Priority: 990\n", False),
        ("etc/apt/preferences", "Package: bash\nPin: version 5*\nPin-Priority: 1001\n", False),
        ("etc/apt/preferences.d/esm", "# c\nPackage: *\nPin: release o=UbuntuESMApps\nPin-Priority: never\n\n", True),
        ("etc/apt/preferences.d/empty", "# nothing\n\n", True),
        ("etc/apt/apt.conf.d/99x", 'APT::Default-Release "bookworm";\n', False),
        ("etc/apt/apt.conf.d/99y", '// APT::Default-Release "x";\nAPT::Install-Recommends "0";\n', True),
        ("etc/apt/sources.list.d/odd.list", "deb this is no source\n", False),
        ("etc/apt/sources.list.d/more.list", "deb [trusted=yes] http://other.example/x/ y z\n", True),
        ("var/lib/apt/lists/other.example_x_dists_y_z_binary-amd64_Packages", offer("bash", "9"), False),
        (f"var/lib/apt/lists/{SITE}_main_binary-i386_Packages.lz4", "packed", False),
        (f"var/lib/apt/lists/{SITE}_main_binary-amd64_Packages", "no stanza\nPackage: bash\nodd\n", False),
        (f"var/lib/apt/lists/{SITE}_main_i18n_Translation-en", "x", True),
    ],
)
def test_what_makes_apt_choose_otherwise_makes_it_unknown(path: str, text: str, is_known: bool, tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    told, expected = told_in({f"{SITE}_main": offer("bash", "6")}, root, **{path: text})
    assert (pending(told) is not None) is is_known
    if is_known:
        assert told == expected
    else:
        assert any(row[0] == "pending_unknown" and "apt is not asked about a disk" in row[1] for row in told)


def test_what_only_some_machines_get_yet_is_unknown(tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    for percentage, is_known in (("30", False), ("100", True)):
        story = {f"{SITE}_main": offer("bash", "6", Phased_Update_Percentage=percentage)}
        assert (pending(told_in(story, root)[0]) is not None) is is_known


@needs_apt
def test_without_lists_no_update_is_unknown_not_none(tmp_path: Path) -> None:
    root = Path(shutil.copytree(awake("debian-12"), tmp_path / "root", symlinks=True))
    shutil.rmtree(root / "var/lib/apt/lists")
    assert rows_of(by_file("updates", root)) == rows_of(by_shell("updates", root), without=RUNNING)


@pytest.mark.parametrize(
    "kind, path, state",
    [
        ("debian-12", "/var/lib/dpkg/status", "unknown"), ("debian-12", "/var/lib/apt/lists", "ok"),
        ("debian-12", f"/var/lib/apt/lists/{SITE}_main_binary-amd64_Packages", "ok"),
        ("debian-12", "/etc/apt/sources.list.d", "ok"), ("debian-12", "/var/lib/dpkg/info", "ok"),
        ("rocky-9", "/var/lib/rpm/rpmdb.sqlite", "unknown"), ("rocky-9", "/var/cache/dnf", "ok"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said_and_nothing_is_called_up_to_date(kind: str, path: str, state: str) -> None:
    rows = PartRows()
    part_updates(Disk(Tree(Damaged(awake(kind), [path]))), rows)
    report = rows.report()
    assert report.state == state
    if state == "ok" and "info" not in path:
        assert ["pending_read"] not in report.rows


def test_what_is_no_file_is_never_opened() -> None:
    root = new_tree("debian-12")
    no_file_there(root, f"var/lib/apt/lists/{SITE}_main_binary-amd64_Packages")
    no_file_there(root, "etc/apt/sources.list.d/debian.sources")
    assert by_file("updates", root).state == "ok"
