"""A file in the current folder, or one that others can write, gets no secret of the user's."""

from __future__ import annotations

import sys
import types

import pytest
import yaml

from models.errors import ConfigError
from tests.cloud.clouds_files import EVIL, OURS, SECRET, resolved, said, without_password, without_url, write
from tests.cloud.conftest import password_entry


@pytest.fixture
def keyring(monkeypatch):
    """A keyring that gives the same secret to everybody, and notes what it was asked for."""
    asked: list[str] = []

    class Backend:
        def get_password(self, _service, account):
            asked.append(account)
            return SECRET

    module = types.ModuleType("keyring")
    vars(module)["get_keyring"] = Backend
    monkeypatch.setitem(sys.modules, "keyring", module)
    return asked


class TestSecrets:
    """They go where the user's own file says, or nowhere."""

    async def test_a_planted_entry_gets_nothing_of_the_users_secure_file(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev=without_password(OURS))
        write(user_folder, "secure.yaml", dev={"auth": {"password": SECRET}})
        write(here, "clouds.yaml", dev=without_password(EVIL))
        with pytest.raises(ConfigError, match=r"missing.*lies in the current folder"):
            await resolved()

    async def test_not_of_one_that_a_variable_names_either(self, tmp_path, here, monkeypatch):
        path = write(tmp_path, "mine.yaml", dev={"auth": {"password": SECRET}})
        monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(path))
        write(here, "clouds.yaml", dev=without_password(EVIL))
        with pytest.raises(ConfigError, match="missing"):
            await resolved()

    async def test_nor_of_the_keyring(self, here, keyring):
        for url in (EVIL, OURS):
            write(here, "clouds.yaml", dev=without_password(url))
            with pytest.raises(ConfigError, match="keyring was not asked"):
                await resolved()
        assert keyring == []

    async def test_the_keyring_is_asked_for_the_address_too(self, user_folder, here, keyring):
        write(user_folder, "clouds.yaml", dev=without_password(f"{OURS}/prefix"))
        assert (await resolved()).config["auth"]["password"] == SECRET
        assert keyring == [f"dev/ada@{OURS}"]

    async def test_a_planted_secure_file_changes_nothing_of_the_users_entry(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev=password_entry(OURS))
        evil = password_entry(EVIL, verify=False)
        del evil["auth"]["password"]
        write(here, "secure.yaml", dev=evil)
        found = await resolved()
        assert found.config["auth"]["auth_url"].startswith(OURS)
        assert found.config["verify"] is True

    @pytest.mark.filterwarnings("ignore")
    async def test_nor_does_a_planted_profile(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev={"profile": "lab", **without_url(password_entry(OURS))})
        profile = {"public-clouds": {"lab": {"auth": {"auth_url": EVIL}}}}
        (here / "clouds-public.yaml").write_text(yaml.safe_dump(profile))
        with pytest.raises(ConfigError, match="no auth_url"):
            await resolved()

    @pytest.mark.filterwarnings("ignore")
    async def test_nor_to_os_variables(self, here, monkeypatch):
        for name, value in {"OS_PROFILE": "lab", "OS_USERNAME": "ada", "OS_PASSWORD": SECRET}.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("OS_AUTH_URL", f"{OURS}/v3")
        write(here, "clouds.yaml", dev=password_entry(EVIL))
        (here / "clouds-public.yaml").write_text(yaml.safe_dump({"public-clouds": {"lab": {"verify": False}}}))
        found = await resolved("envvars")
        assert found.config["auth"]["auth_url"].startswith(OURS)
        assert found.config["verify"] is True

    async def test_an_entry_and_its_secret_of_the_current_folder_belong_together(self, here):
        write(here, "clouds.yaml", dev=without_password(OURS))
        write(here, "secure.yaml", dev={"auth": {"password": "theirs"}})
        found = await resolved()
        assert found.config["auth"]["password"] == "theirs"
        assert f"current folder: {here / 'clouds.yaml'}" in said(found)

    @pytest.mark.parametrize("place", ["user", "here"])
    async def test_a_secret_is_not_laid_over_a_file_that_others_can_write(self, user_folder, here, place):
        folder = user_folder if place == "user" else here
        path = write(folder, "clouds.yaml", 0o666, dev=without_password(OURS))
        write(folder, "secure.yaml", dev={"auth": {"password": SECRET}})
        with pytest.raises(ConfigError, match=f"everybody can write {path}") as caught:
            await resolved()
        assert f"chmod go-w {path}" in caught.value.remedy

    async def test_a_secure_file_that_others_can_write_says_nothing(self, user_folder, here):
        write(user_folder, "clouds.yaml", dev=password_entry(OURS))
        write(user_folder, "secure.yaml", 0o666, dev={"auth": {"auth_url": EVIL}})
        assert (await resolved()).config["auth"]["auth_url"].startswith(OURS)

    async def test_a_user_who_types_it_sees_where_it_goes(self, here):
        write(here, "clouds.yaml", dev=without_password(EVIL))
        asked = []

        async def ask(prompt: str) -> str:
            asked.append(prompt)
            return "typed"

        await resolved(ask=ask)
        assert asked == [f"Password of ada on dev ({EVIL})"]

    @pytest.mark.parametrize(
        "steering",
        [
            {"compute_endpoint_override": f"{EVIL}/compute"},
            {"image_endpoint": EVIL},
            {"verify": False},
            {"insecure": True},
            {"cacert": "/tmp/evil.pem"},
            {"identity_endpoint_override": EVIL},
            {"regions": [{"name": "R1", "values": {"compute_endpoint_override": EVIL}}], "region_name": None},
        ],
    )
    async def test_and_it_goes_nowhere_else(self, here, steering):
        entry = without_password(OURS)
        auth = entry["auth"] | steering.get("auth", {})
        entry |= {**steering, "auth": auth}
        write(here, "clouds.yaml", dev={key: value for key, value in entry.items() if value is not None})

        async def ask(_prompt: str) -> str:
            raise AssertionError

        with pytest.raises(ConfigError, match="lies in the current folder") as caught:
            await resolved(ask=ask)
        assert "OS_CLIENT_CONFIG_FILE" in caught.value.remedy

    async def test_a_certificate_of_the_users_is_not_shown_by_such_a_file(self, here):
        write(here, "clouds.yaml", dev=password_entry(EVIL, cert="~/.globus/cert.pem", key="~/.globus/key.pem"))
        with pytest.raises(ConfigError, match="sets cert, key"):
            await resolved()
