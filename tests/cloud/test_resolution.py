"""Which cloud is meant, and where its secrets come from."""

from __future__ import annotations

import sys
import threading
import types
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from imaging.cloud.login.resolution import ResolvedCloud, cloud_names, resolve_cloud
from models.errors import ConfigError
from tests.cloud.conftest import password_entry

URL = "https://cloud.example:5000"


async def resolved(name: str | None = None, **more) -> ResolvedCloud:
    return await resolve_cloud(name, ask=None, **more)


async def test_the_only_cloud_need_not_be_named(write_clouds):
    write_clouds(dev=password_entry(URL))
    found = await resolved()
    assert found.name == "dev"
    assert found.config["auth"]["password"] == "hunter2-very-secret"
    assert found.config["region_name"] == "R1"


async def test_of_several_clouds_one_must_be_named(write_clouds):
    write_clouds(dev=password_entry(URL), prod=password_entry(URL))
    with pytest.raises(ConfigError, match=r"Several clouds are configured: dev, prod.*--os-cloud"):
        await resolved()


async def test_os_cloud_names_one_and_an_argument_wins_over_it(write_clouds, monkeypatch):
    write_clouds(dev=password_entry(URL), prod=password_entry(URL))
    monkeypatch.setenv("OS_CLOUD", "prod")
    assert (await resolved()).name == "prod"
    assert (await resolved("dev")).name == "dev"


async def test_a_cloud_that_does_not_exist_is_said_with_the_file_and_those_that_do(write_clouds):
    path = write_clouds(dev=password_entry(URL))
    with pytest.raises(ConfigError, match=f"no cloud named 'nope' in {path}. There are: dev"):
        await resolved("nope")


async def test_without_any_configuration_the_way_out_is_said():
    with pytest.raises(ConfigError, match=r"no clouds\.yaml, and OS_AUTH_URL is not set.*--demo"):
        await resolved()
    assert cloud_names() == ()


async def test_the_file_is_found_in_the_users_configuration(own_home):
    folder = own_home / ".config" / "openstack"
    folder.mkdir(parents=True)
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"home": password_entry(URL)}}))
    assert (await resolved()).name == "home"
    assert cloud_names() == ("home",)


async def test_the_folder_that_one_stands_in_comes_first(own_home):
    for folder, name in ((own_home / ".config" / "openstack", "home"), (own_home, "here")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {name: password_entry(URL)}}))
    assert (await resolved()).name == "here"


@pytest.fixture
def secure_file(own_home: Path) -> Path:
    folder = own_home / ".config" / "openstack"
    folder.mkdir(parents=True)
    return folder / "secure.yaml"


async def test_secure_yaml_is_laid_over_it(write_clouds, secure_file):
    entry = password_entry(URL)
    del entry["auth"]["password"]
    write_clouds(dev=entry)
    secure_file.write_text(yaml.safe_dump({"clouds": {"dev": {"auth": {"password": "from-secure"}}}}))
    assert (await resolved()).config["auth"]["password"] == "from-secure"


@pytest.fixture
def os_variables(monkeypatch):
    for name, value in {
        "OS_AUTH_URL": f"{URL}/v3",
        "OS_USERNAME": "ada",
        "OS_PASSWORD": "from{environ}ment",
        "OS_PROJECT_NAME": "astro",
        "OS_USER_DOMAIN_NAME": "Default",
        "OS_PROJECT_DOMAIN_NAME": "Default",
    }.items():
        monkeypatch.setenv(name, value)


async def test_os_variables_alone_are_a_cloud_and_braces_in_a_password_do_no_harm(os_variables):
    found = await resolved()
    assert found.name == "envvars"
    assert found.config["auth"]["password"] == "from{environ}ment"


async def test_os_variables_win_over_an_unnamed_cloud_as_with_the_openstack_command(os_variables, write_clouds):
    write_clouds(dev=password_entry(URL))
    assert (await resolved()).name == "envvars"
    assert (await resolved("dev")).name == "dev"
    assert set(cloud_names()) == {"dev", "envvars"}


async def test_a_stray_os_variable_is_no_cloud(write_clouds, monkeypatch):
    write_clouds(dev=password_entry(URL))
    monkeypatch.setenv("OS_PROJECT_NAME", "left over")
    assert cloud_names() == ("dev",)
    assert (await resolved()).name == "dev"


async def test_a_stray_project_beside_an_application_credential_is_named(monkeypatch):
    for name, value in {
        "OS_AUTH_TYPE": "v3applicationcredential",
        "OS_AUTH_URL": f"{URL}/v3",
        "OS_APPLICATION_CREDENTIAL_ID": "abc",
        "OS_APPLICATION_CREDENTIAL_SECRET": "s3cret-value",
        "OS_PROJECT_NAME": "left over",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError, match="cannot request a scope") as caught:
        await resolved()
    assert "OS_PROJECT_NAME" in caught.value.remedy
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "text,said",
    [
        ("clouds:\n  dev:\n    auth:\n      password: 'hunter2\n", "line 5"),
        ("clouds:\n\tdev: {}\n", "line 2"),
        ("clouds:\n  dev:\n    auth: {password: hunter2", "malformed"),
        ("- dev\n", "is not a mapping"),
        ("clouds: [dev]\n", "`clouds` is no mapping"),
        ("clouds:\n  dev: hunter2\n", "'dev' is no mapping"),
        ("clouds:\n  dev:\n    auth: hunter2\n", "`auth` that is no mapping"),
        ("clouds:\n  7: {}\n", "name that is no text"),
        ("clouds:\n  dev: {}\n", "no auth_url"),
        ("clouds:\n  dev:\n    profile: [1]\n    auth: {auth_url: x}\n", "'dev'"),
        ("clouds:\n  dev:\n    region_name: {a: 1}\n    auth: {auth_url: x}\n", "'dev'"),
    ],
)
async def test_a_malformed_file_is_said_in_a_sentence_without_what_stands_in_it(tmp_path, monkeypatch, text, said):
    path = tmp_path / "clouds.yaml"
    path.write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    with pytest.raises(ConfigError, match=said) as caught:
        await resolved("dev")
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_a_file_of_other_bytes_is_said(tmp_path, monkeypatch):
    path = tmp_path / "clouds.yaml"
    path.write_bytes(b"\xff\xfe\x00clouds")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    with pytest.raises(ConfigError, match="no text in UTF-8"):
        await resolved("dev")


async def test_a_named_file_that_does_not_exist_is_said(monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", "/nowhere/clouds.yaml")
    with pytest.raises(ConfigError, match="OS_CLIENT_CONFIG_FILE names /nowhere"):
        await resolved("dev")


async def test_a_clouds_own_patience_is_taken_along(write_clouds):
    write_clouds(dev=password_entry(URL, imaging={"console_silence_seconds": 4}))
    found = await resolved()
    assert found.console_silence_seconds == 4.0
    assert "imaging" not in found.config
    assert ResolvedCloud.from_pipe(found.to_pipe()) == found


@pytest.mark.parametrize("value", [0, -1, "soon", True, [1]])
async def test_an_impossible_patience_is_refused(write_clouds, value):
    write_clouds(dev=password_entry(URL, imaging={"console_silence_seconds": value}))
    with pytest.raises(ConfigError, match="console_silence_seconds"):
        await resolved()


async def test_an_ssh_config_of_the_cloud_is_searched_for_beside_clouds_yaml(write_clouds, tmp_path):
    write_clouds(dev=password_entry(URL, imaging={"ssh_config": "guests/ssh_config"}))
    found = await resolved()
    assert found.ssh_config == tmp_path / "guests" / "ssh_config"
    assert ResolvedCloud.from_pipe(found.to_pipe()) == found


async def test_it_may_lie_elsewhere_or_at_home(write_clouds, own_home):
    write_clouds(dev=password_entry(URL, imaging={"ssh_config": "/srv/ssh_config"}))
    assert (await resolved()).ssh_config == Path("/srv/ssh_config")
    write_clouds(dev=password_entry(URL, imaging={"ssh_config": "~/.ssh/lab"}))
    assert (await resolved()).ssh_config == own_home / ".ssh" / "lab"


async def test_a_cloud_without_one_has_none(write_clouds):
    write_clouds(dev=password_entry(URL))
    found = await resolved()
    assert found.ssh_config is None
    assert ResolvedCloud.from_pipe(found.to_pipe()) == found


@pytest.mark.parametrize("value", ["", "  ", ["ssh_config"], {"a": 1}, "two\nlines", "esc\x1b[2J", "~nobody-here/x"])
async def test_what_is_no_path_of_an_ssh_config_is_refused(write_clouds, value):
    write_clouds(dev=password_entry(URL, imaging={"ssh_config": value}))
    with pytest.raises(ConfigError, match="ssh_config"):
        await resolved()


class TestMissingSecret:
    """The keyring first, then the user."""

    @pytest.fixture
    def without(self, write_clouds):
        entry = password_entry(URL)
        del entry["auth"]["password"]
        write_clouds(dev=entry)

    @pytest.fixture
    def keyring(self, monkeypatch):
        """A keyring of one's own, asked for what the test puts into it."""

        class Backend:
            kept: ClassVar[dict[tuple[str, str], str]] = {}

            def get_password(self, service, account):
                return self.kept.get((service, account))

        module = types.ModuleType("keyring")
        vars(module)["get_keyring"] = Backend
        monkeypatch.setitem(sys.modules, "keyring", module)
        return Backend

    async def test_the_keyring_is_asked_for_this_cloud_and_user(self, without, keyring):
        keyring.kept = {("imaging-console", f"dev/ada@{URL}"): "from-keyring"}
        assert (await resolved()).config["auth"]["password"] == "from-keyring"

    async def test_the_user_is_asked_when_the_keyring_has_nothing(self, without, keyring):
        asked = []

        async def ask(prompt):
            asked.append(prompt)
            return "typed"

        found = await resolve_cloud(None, ask=ask)
        assert found.config["auth"]["password"] == "typed"
        assert asked == [f"Password of ada on dev ({URL})"]

    async def test_a_keyring_that_blocks_for_ever_is_passed_over(self, without, keyring, monkeypatch):
        release = threading.Event()
        monkeypatch.setattr(keyring, "get_password", lambda *_: release.wait())
        with pytest.raises(ConfigError, match="password for the cloud 'dev' is missing"):
            await resolved(keyring_seconds=0.05)
        release.set()

    async def test_a_keyring_that_breaks_is_passed_over(self, without, keyring, monkeypatch):
        def broken(*_):
            raise SystemExit(3)

        monkeypatch.setattr(keyring, "get_password", broken)
        with pytest.raises(ConfigError, match="missing"):
            await resolved()

    async def test_an_application_credential_asks_for_its_own_secret(self, write_clouds, keyring):
        auth = {"auth_url": URL, "application_credential_id": "abc"}
        write_clouds(dev={"auth_type": "v3applicationcredential", "auth": auth})
        keyring.kept = {("imaging-console", f"dev/abc@{URL}"): "s3cret"}
        assert (await resolved()).config["auth"]["application_credential_secret"] == "s3cret"


class TestSecretsStayInside:
    """No text that is made of a resolved cloud holds a secret."""

    async def test_no_form_of_it_shows_them(self, write_clouds):
        write_clouds(dev=password_entry(URL))
        found = await resolved()
        for text in (repr(found), str(found), f"{found}", str(found.model_dump()), found.model_dump_json()):
            assert "hunter2" not in text

    async def test_the_pipe_carries_them_and_a_broken_pipe_tells_nothing(self, write_clouds):
        write_clouds(dev=password_entry(URL))
        data = (await resolved()).to_pipe()
        assert ResolvedCloud.from_pipe(data).config["auth"]["password"] == "hunter2-very-secret"
        with pytest.raises(ConfigError) as caught:
            ResolvedCloud.from_pipe(data[:-5])
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None
        for odd in (b"", b"[]", b"null", b'{"name": 7}'):
            with pytest.raises(ConfigError):
                ResolvedCloud.from_pipe(odd)
