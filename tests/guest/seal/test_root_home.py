"""The home of root: what its packages bring for it is stock and stays, as those packages have it; all else goes."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from models.seal.plan import OperationId, TargetAction
from models.seal.report import SealState
from tests.guest.probe.trees import needs_root, new_tree
from tests.guest.seal.sealing import Sealed, changed, plan, seal, state_of, target
from tests.guest.trees.building import SYSTEMS, put
from tests.guest.trees.record_rpm import Made, built
from tests.support.needs import needs
from tests.support.shells import EACH_SHELL

OLD_ROOTFILES = {
    "/root/.bash_logout": "# ~/.bash_logout\n",
    "/root/.bash_profile": "# .bash_profile\n",
    "/root/.bashrc": "# .bashrc\nalias rm='rm -i'\n",
}
"""What Red Hat's package puts straight into the home of root, until EL 9."""


def sealed(root: Path, kind: str, folder: Path, shell: str = "dash") -> Sealed:
    user = SYSTEMS[kind].user
    made = plan(
        {OperationId.ROOT_HOME: (target(TargetAction.RENEW, "/root"),)},
        accounts=("root", "alice", "bruno", user), homes=("/home/alice", "/home/bruno", f"/home/{user}"),
        units=("survey.service",),
    )  # fmt: skip
    said = seal(root, made, folder, shell=shell)
    assert (said.report.state, said.report.why) == (SealState.SEALED, "")
    return said


def left(root: Path) -> dict[str, str]:
    files = [each for each in (root / "root").rglob("*") if not each.is_dir()]
    return {str(each.relative_to(root / "root")): each.read_text() for each in files}


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_on_debian_it_is_what_base_files_has(tmp_path, shell):
    root = new_tree("debian-12")
    put(root, "usr/share/base-files/dot.bashrc", "# of root\n")
    put(root, "usr/share/base-files/dot.profile", "# profile of root\n")
    put(root, "root/.bashrc", "# of root\nexport TOKEN=x\n")
    put(root, "root/.profile", "# profile of root\n")
    put(root, "etc/skel/.bashrc", "# of people\n")
    before = state_of(root)
    sealed(root, "debian-12", tmp_path, shell)
    assert left(root) == {".bashrc": "# of root\n", ".profile": "# profile of root\n"}
    assert "/root/.profile" not in changed(before, state_of(root)), "what is stock is not touched"
    stat = (root / "root/.bashrc").stat()
    assert (stat.st_mode & 0o777, stat.st_uid) == (0o644, (root / "root").stat().st_uid)


def test_new_rootfiles_have_copies_of_it(tmp_path):
    root = new_tree("rocky-9")
    put(root, "usr/share/rootfiles/.bashrc", "# of root\n")
    put(root, "usr/share/rootfiles/.tcshrc", "# tcsh\n")
    put(root, "root/.bashrc", "# mine\n")
    sealed(root, "rocky-9", tmp_path)
    assert left(root) == {".bashrc": "# of root\n", ".tcshrc": "# tcsh\n"}


@needs_root
@needs("rpm", "rpmbuild")
def test_of_old_rootfiles_what_nobody_has_changed_stays(tmp_path):
    root = new_tree("rocky-9")
    package = Made("rootfiles", "8.1-34.el9", "Public Domain", arch="noarch", config=tuple(OLD_ROOTFILES.items()))
    install(root, built(tmp_path, package))
    for path, content in OLD_ROOTFILES.items():
        put(root, path, content)
    put(root, "root/.bash_profile", "# .bash_profile\nexport TOKEN=x\n")
    put(root, "root/.mine", "x\n")
    database = root / "var/lib/rpm/rpmdb.sqlite"
    before = database.read_bytes()
    sealed(root, "rocky-9", tmp_path)
    assert left(root) == {
        path.removeprefix("/root/"): OLD_ROOTFILES[path] for path in OLD_ROOTFILES if "_profile" not in path
    }
    assert database.read_bytes() == before
    assert [each.name for each in database.parent.iterdir()] == ["rpmdb.sqlite"]


def install(root: Path, package: Path) -> None:
    """Enter a package into the tree's own database, as rpm does it."""
    options = ("--justdb", "--nodeps", "--noscripts", "--ignorearch", "--ignoreos", "--force-debian")
    subprocess.run(
        ["rpm", "--root", root, "--dbpath", "/var/lib/rpm", "-i", *options, package], check=True, capture_output=True
    )
    with closing(sqlite3.connect(root / "var/lib/rpm/rpmdb.sqlite")) as connection, connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    for each in (root / "var/lib/rpm").iterdir():
        if each.name != "rpmdb.sqlite":
            each.unlink()


@pytest.mark.parametrize("kind", ["debian-12", "rocky-9"])
def test_where_no_package_has_it_nothing_stays(tmp_path, kind):
    root = new_tree(kind)
    put(
        root, "root/.bashrc", (root / "etc/skel/.bashrc").read_text() if (root / "etc/skel/.bashrc").exists() else "x\n"
    )
    sealed(root, kind, tmp_path)
    assert left(root) == {}
    assert (root / "root").is_dir()


def test_a_pipe_among_the_stock_files_holds_nothing_up(tmp_path):
    root = new_tree("debian-12")
    put(root, "usr/share/base-files/dot.profile", "# profile of root\n")
    subprocess.run(["mkfifo", root / "usr/share/base-files/dot.bashrc"], check=True)
    sealed(root, "debian-12", tmp_path)
    assert left(root) == {".profile": "# profile of root\n"}
