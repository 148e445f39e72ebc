"""The profile of a vendor says where the password goes: from the web, or from a file that only the user can write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from models.errors import ConfigError
from tests.cloud.clouds_files import OURS, OWN, resolved, without_url, write
from tests.cloud.conftest import password_entry
from tests.cloud.scripted import HERE, Reply, ScriptedCloud


class TestRemoteProfiles:
    """The profile that a vendor offers on the web says where the password goes."""

    @pytest.fixture
    def vendor(self, monkeypatch):
        cloud = ScriptedCloud(tls=True).start()
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(HERE / "selfsigned.pem"))
        yield cloud
        cloud.stop()

    def entry(self, profile: str) -> dict[str, Any]:
        return {"profile": profile, **without_url(password_entry(OURS))}

    async def test_it_is_fetched_by_https(self, vendor, user_folder, here):
        profile = {"auth": {"auth_url": f"{OURS}/v3"}, "imaging": OWN, "vendor_hook": "os:getcwd"}
        vendor.on("GET", "/.well-known/openstack/api", {"name": "lab", "profile": profile})
        write(user_folder, "clouds.yaml", dev=self.entry(vendor.url))
        found = await resolved()
        assert found.config["auth"]["auth_url"] == f"{OURS}/v3"
        assert found.config["auth"]["password"] == "hunter2-very-secret"
        assert not {"imaging", "vendor_hook"} & set(found.config)
        assert found.ssh_config is None

    async def test_not_by_plain_http(self, scripted, user_folder, here):
        write(user_folder, "clouds.yaml", dev=self.entry(scripted.url))
        with pytest.raises(ConfigError, match="is not https"):
            await resolved()
        assert scripted.heard == []

    async def test_not_for_a_file_of_the_current_folder(self, vendor, here):
        write(here, "clouds.yaml", dev=self.entry(vendor.url))
        with pytest.raises(ConfigError, match="lies in the current folder"):
            await resolved()
        assert vendor.heard == []

    async def test_not_from_where_it_redirects_to(self, vendor, scripted, user_folder, here):
        vendor.on("GET", "/.well-known/openstack/api", Reply(302, headers={"Location": scripted.url}))
        write(user_folder, "clouds.yaml", dev=self.entry(vendor.url))
        with pytest.raises(ConfigError, match="HTTP 302"):
            await resolved()
        assert scripted.heard == []

    @pytest.mark.parametrize("body", ["<html>", [], None, {"profile": "x"}, "[" * 100_000, {"profile": None}])
    async def test_what_is_none_is_said(self, vendor, user_folder, here, body):
        vendor.on("GET", "/.well-known/openstack/api", Reply(body=body))
        write(user_folder, "clouds.yaml", dev=self.entry(vendor.url))
        with pytest.raises(ConfigError, match="cannot be fetched"):
            await resolved()

    async def test_nor_is_it_read_without_an_end(self, vendor, user_folder, here):
        endless = (b"HTTP/1.1 200 OK\r\n\r\n" if number == 0 else b" " * 65_536 for number in range(10**9))
        vendor.on("GET", "/.well-known/openstack/api", Reply(raw=endless))
        write(user_folder, "clouds.yaml", dev=self.entry(vendor.url))
        with pytest.raises(ConfigError, match="longer than 1 MiB"):
            await resolved()


class TestProfiles:
    """A profile of `clouds-public.yaml` says where the entry's login goes."""

    @staticmethod
    def lay(folder: Path, mode: int, key: str = "profile") -> Path:
        entry = without_url(password_entry(OURS))
        write(folder, "clouds.yaml", dev={**entry, key: "vendor"})
        path = folder / "clouds-public.yaml"
        path.write_text(yaml.safe_dump({"public-clouds": {"vendor": {"auth": {"auth_url": OURS}}}}))
        path.chmod(mode)
        return path

    @pytest.mark.parametrize("key", ["profile", "cloud"])
    async def test_one_that_others_can_write_gets_no_login(self, user_folder, here, key):
        path = self.lay(user_folder, 0o666, key)
        with pytest.raises(ConfigError, match="'vendor' is not used, for everybody can write") as caught:
            await resolved()
        assert f"chmod go-w {path}" in caught.value.remedy

    async def test_the_users_own_is_used(self, user_folder, here):
        self.lay(user_folder, 0o600)
        assert (await resolved()).config["auth"]["auth_url"] == OURS

    async def test_an_entry_that_names_none_is_used_from_any_author(self, user_folder, here):
        self.lay(user_folder, 0o666)
        write(user_folder, "clouds.yaml", dev=password_entry(OURS))
        assert (await resolved()).name == "dev"
