"""Our own settings in clouds.yaml count in the user's own file alone."""

from __future__ import annotations

import os

import pytest
import yaml

from imaging.cloud.clouds_yaml import file_trust
from models.errors import ConfigError
from tests.cloud.clouds_files import OURS, OWN, resolved, said, write
from tests.cloud.conftest import password_entry
from tests.support.needs import needs


class TestOwnSettings:
    """`imaging:` can run commands (ssh_config) and take encryption away (allow_http)."""

    async def test_those_of_the_users_folder_are_honoured_without_a_word(self, user_folder, here):
        path = write(user_folder, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        found = await resolved()
        assert found.ssh_config == user_folder / "ssh_config"
        assert (found.console_silence_seconds, found.allow_http) == (7.0, ("image",))
        assert found.file == path
        assert "ignored" not in said(found)

    async def test_those_of_the_current_folder_are_ignored_and_that_is_said(self, here):
        path = write(here, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        found = await resolved()
        assert (found.ssh_config, found.console_silence_seconds, found.allow_http) == (None, None, ())
        assert f"ignored, for {path} lies in the current folder" in said(found)
        assert f"OS_CLIENT_CONFIG_FILE={path}" in said(found)

    async def test_even_a_malformed_one_there_does_no_harm(self, here):
        write(here, "clouds.yaml", dev=password_entry(OURS, imaging={"ssh_config": ["x"], "allow_http": "all"}))
        assert (await resolved()).ssh_config is None

    async def test_a_file_that_the_user_names_is_chosen_wherever_it_lies(self, here, monkeypatch):
        path = write(here, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "clouds.yaml")
        assert (await resolved()).ssh_config == path.parent / "ssh_config"

    async def test_standing_in_the_users_own_folder_changes_nothing(self, user_folder, monkeypatch):
        write(user_folder, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        monkeypatch.chdir(user_folder)
        assert (await resolved()).ssh_config == user_folder / "ssh_config"

    async def test_a_relative_folder_of_configuration_is_the_current_one(self, here, monkeypatch):
        monkeypatch.setenv("XDG_CONFIG_HOME", ".")
        write(here / "openstack", "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        with pytest.raises(ConfigError):
            await resolved()

    @pytest.mark.parametrize("mode", [0o602, 0o606, 0o622, 0o666, 0o777])
    async def test_a_file_that_everybody_can_write_is_not_the_users_word(self, user_folder, here, mode):
        path = write(user_folder, "clouds.yaml", mode, dev=password_entry(OURS, imaging=OWN))
        found = await resolved()
        assert found.ssh_config is None
        assert f"everybody can write {path}" in said(found)
        assert f"chmod go-w {path}" in said(found)

    @pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o755, 0o400])
    async def test_one_that_others_can_only_read_is(self, user_folder, here, mode):
        write(user_folder, "clouds.yaml", mode, dev=password_entry(OURS, imaging=OWN))
        assert (await resolved()).ssh_config

    @pytest.mark.parametrize("others", [True, False])
    async def test_a_group_without_other_members_is_nobody_else(self, user_folder, here, monkeypatch, others):
        monkeypatch.setattr(file_trust, "others_in_group", lambda _gid: others)
        write(user_folder, "clouds.yaml", 0o660, dev=password_entry(OURS, imaging=OWN))
        found = await resolved()
        assert (found.ssh_config is None) == others
        assert ("chmod g-w" in said(found)) == others

    async def test_a_folder_that_others_can_write_is_as_bad_as_the_file(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        for folder in (user_folder, user_folder.parent):
            folder.chmod(0o777)
            assert (await resolved()).ssh_config is None
            assert f"chmod go-w {folder}" in said(await resolved())
            folder.chmod(0o1777)
            assert (await resolved()).ssh_config
            folder.chmod(0o700)

    @needs("root")
    async def test_a_file_or_folder_of_another_user_is_not_the_users_word(self, user_folder, here):
        path = write(user_folder, "clouds.yaml", dev=password_entry(OURS, imaging=OWN))
        for place in (path, user_folder):
            os.chown(place, 12345, 12345)
            assert (await resolved()).ssh_config is None
            assert f"{place} belongs to" in said(await resolved())
            os.chown(place, 0, 0)

    async def test_a_link_is_no_better_than_what_it_leads_to(self, user_folder, here, tmp_path):
        target = write(tmp_path / "shared", "clouds.yaml", 0o666, dev=password_entry(OURS, imaging=OWN))
        user_folder.mkdir(parents=True)
        (user_folder / "clouds.yaml").symlink_to(target)
        assert (await resolved()).ssh_config is None
        target.chmod(0o600)
        assert (await resolved()).ssh_config

    async def test_a_profile_or_secure_file_is_no_place_for_them(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev={**password_entry(OURS), "profile": "lab"})
        write(user_folder, "secure.yaml", dev={"imaging": OWN})
        (user_folder / "clouds-public.yaml").write_text(yaml.safe_dump({"public-clouds": {"lab": {"imaging": OWN}}}))
        found = await resolved()
        assert found.ssh_config is None
        assert "imaging" not in found.config
