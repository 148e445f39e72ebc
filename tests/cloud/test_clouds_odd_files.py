"""Files of clouds that are not files, or that others lead elsewhere."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imaging.cloud.clouds_yaml import file_trust
from imaging.cloud.login.resolution import cloud_names
from models.errors import ConfigError
from tests.cloud.clouds_files import OURS, write
from tests.cloud.conftest import password_entry


class TestOddFiles:
    """What lies in a folder must not keep the program waiting, nor fill its memory."""

    def test_a_pipe_is_not_waited_for(self, here):
        os.mkfifo(here / "clouds.yaml")
        with pytest.raises(ConfigError, match="no ordinary file"):
            cloud_names()

    @pytest.mark.parametrize("target", ["/dev/zero", "/dev/null", "/"])
    def test_a_device_or_folder_is_not_read(self, here, target):
        (here / "clouds.yaml").symlink_to(target)
        with pytest.raises(ConfigError, match="no ordinary file"):
            cloud_names()

    def test_a_huge_file_is_not_read(self, here):
        with (here / "clouds.yaml").open("wb") as file:
            file.truncate(10**12)
        with pytest.raises(ConfigError, match="larger than 1 MiB"):
            cloud_names()

    @pytest.mark.parametrize(
        "text",
        [
            "a: &a [x,x,x,x,x,x,x,x,x]\n"
            + "".join(
                f"{two}: &{two} [{','.join(['*' + one] * 9)}]\n"
                for one, two in zip("abcdefgh", "bcdefghi", strict=True)
            )
            + "clouds: {dev: {auth: {auth_url: x}, odd: *i}}\n",
            "clouds: {dev: &dev {auth: {auth_url: x}, again: *dev}}\n",
            "clouds: " + "{a: " * 80 + "1" + "}" * 80,
            "clouds: " + "[" * 3000,
        ],
        ids=["aliases", "itself", "deep", "open"],
    )
    def test_few_lines_that_stand_for_much_are_malformed(self, here, text):
        (here / "clouds.yaml").write_text(text)
        with pytest.raises(ConfigError):
            cloud_names()


def test_a_group_is_looked_up_in_the_systems_own_lists():
    import grp
    import pwd

    own = pwd.getpwuid(os.getuid())
    crowded = next((g for g in grp.getgrall() if set(g.gr_mem) - {own.pw_name, "root"}), None)
    foreign = next(user for user in pwd.getpwall() if user.pw_uid not in {0, os.getuid()})
    assert file_trust.others_in_group(foreign.pw_gid)
    assert file_trust.others_in_group(2**31 - 5)
    assert crowded is None or file_trust.others_in_group(crowded.gr_gid)


class TestLinks:
    """Somebody who can replace a link on the way leads to another file."""

    @pytest.fixture
    def shared(self, tmp_path: Path) -> Path:
        folder = tmp_path / "shared"
        folder.mkdir()
        folder.chmod(0o777)
        return folder

    @pytest.mark.parametrize("of", ["file", "folder"])
    @pytest.mark.parametrize("relative", [False, True])
    def test_one_in_a_folder_of_everybody_between_two_of_the_users_is_seen(self, tmp_path, shared, of, relative):
        path = write(tmp_path / "own", "clouds.yaml", dev=password_entry(OURS))
        (tmp_path / "way").mkdir(mode=0o700)
        target = path if of == "file" else path.parent
        between, first = shared / "current", tmp_path / "way" / "clouds.yaml"
        between.symlink_to(Path("..") / target.relative_to(tmp_path) if relative else target)
        first.symlink_to(between)
        why = file_trust.distrust(first if of == "file" else first / "clouds.yaml")
        assert why is not None
        assert str(why) == f"everybody can write {shared}"

    def test_links_between_folders_of_the_users_are_fine(self, tmp_path):
        path = write(tmp_path / "own", "clouds.yaml", dev=password_entry(OURS))
        (tmp_path / "one").symlink_to("own")
        (tmp_path / "two").symlink_to(tmp_path / "one" / ".." / "one")
        assert file_trust.distrust(tmp_path / "two" / path.name) is None
