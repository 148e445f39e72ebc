"""What an entry's `auth` holds is compared with what its auth_type takes, before anything is asked for or sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from keystoneauth1 import loading

from imaging.cloud.login.resolution import ResolvedCloud, resolve_cloud
from models.errors import ConfigError
from tests.cloud.conftest import password_entry

Write = Callable[..., Path]
URL = "https://cloud.example:5000"
SECRET = "hunter2-very-secret"
CREDENTIAL = {
    "auth_url": f"{URL}/identity/v3",
    "application_credential_id": "b76f97743e4e59ecb5f9cad0d3d58a75",
    "application_credential_secret": SECRET,
}


async def resolved() -> ResolvedCloud:
    return await resolve_cloud("dev", ask=None)


async def refused(write_clouds: Write, entry: dict[str, Any]) -> str:
    write_clouds(dev=entry)
    with pytest.raises(ConfigError) as caught:
        await resolved()
    assert SECRET not in str(caught.value)
    assert "__init__" not in str(caught.value)
    return str(caught.value)


def with_auth(**more: Any) -> dict[str, Any]:
    entry = password_entry(URL)
    entry["auth"] = {**entry["auth"], **more}
    return entry


async def test_an_application_credential_without_its_type_is_told_the_type(write_clouds: Write) -> None:
    said = await refused(write_clouds, {"auth": CREDENTIAL})
    assert "has application_credential_id and application_credential_secret, but its auth_type is missing" in said
    assert "Add `auth_type: v3applicationcredential` to its entry" in said


async def test_the_same_from_variables_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in CREDENTIAL.items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    with pytest.raises(ConfigError, match=r"auth_type is missing.*v3applicationcredential.*OS_AUTH_TYPE") as caught:
        await resolve_cloud(None, ask=None)
    assert SECRET not in str(caught.value)


async def test_a_token_without_its_type_is_told_the_type(write_clouds: Write) -> None:
    said = await refused(write_clouds, {"auth": {"auth_url": URL, "token": SECRET, "project_name": "p"}})
    assert "v3token" in said


async def test_a_password_below_an_application_credentials_type_is_told_what_it_belongs_to(write_clouds: Write) -> None:
    said = await refused(write_clouds, password_entry(URL, auth_type="v3applicationcredential"))
    assert "auth_type v3applicationcredential does not know: password" in said


async def test_an_unknown_type_is_told_the_nearest_one(write_clouds: Write) -> None:
    said = await refused(write_clouds, {"auth_type": "v3appcredential", "auth": CREDENTIAL})
    assert "unknown auth_type: v3appcredential. Did you mean v3applicationcredential?" in said


@pytest.mark.parametrize(
    "auth_type, package",
    [
        ("v3kerberos", "keystoneauth1[kerberos]"),
        ("v3fedkerb", "keystoneauth1[kerberos]"),
        ("v3samlpassword", "keystoneauth1[saml2]"),
        ("v3adfspassword", "keystoneauth1[saml2]"),
        ("v3oauth1", "keystoneauth1[oauth1]"),
        ("v3websso", "keystoneauth-websso"),
        ("v1password", "python-swiftclient"),
    ],
)
async def test_a_type_of_a_package_that_is_not_there_is_told_the_package(
    write_clouds: Write, monkeypatch: pytest.MonkeyPatch, auth_type: str, package: str
) -> None:
    """On every machine where the tests run: keystoneauth lists a type only with what it needs."""
    monkeypatch.setattr(loading, "get_available_plugin_names", lambda: frozenset({"password"}))
    said = await refused(write_clouds, with_auth() | {"auth_type": auth_type})
    assert f"auth_type {auth_type}, which needs the Python package {package}." in said
    assert "-m pip install" in said


async def test_a_misspelled_key_is_named_with_the_nearest_one(write_clouds: Write) -> None:
    said = await refused(write_clouds, with_auth(projct_name="x"))
    assert "does not know: projct_name. Did you mean project_name instead of projct_name?" in said


async def test_a_key_that_stands_at_a_wrong_place_is_named(write_clouds: Write) -> None:
    said = await refused(write_clouds, with_auth(region_name="R1"))
    assert "does not know: region_name. Remove it, or move it out of `auth:`." in said


@pytest.mark.parametrize("value", [None, ""])
async def test_a_key_without_a_value_does_no_harm(write_clouds: Write, value: str | None) -> None:
    write_clouds(dev=with_auth(comment=value))
    assert (await resolved()).config["auth"]["username"] == "ada"


async def test_a_login_without_a_user_is_no_wrong_password(write_clouds: Write) -> None:
    entry = password_entry(URL)
    del entry["auth"]["username"]
    said = await refused(write_clouds, entry)
    assert "has no username and no user_id" in said
    assert "OS_USERNAME" in said


async def test_an_application_credential_without_id_and_name_is_said(write_clouds: Write) -> None:
    auth = {key: value for key, value in CREDENTIAL.items() if key != "application_credential_id"}
    said = await refused(write_clouds, {"auth_type": "v3applicationcredential", "auth": auth})
    assert "has no application_credential_id and no application_credential_name" in said


@pytest.mark.parametrize("url", ["cloud.example:5000/v3", "//cloud.example/v3", "cloud.example", "ftp://cloud.example"])
async def test_an_address_without_its_scheme_is_shown_how_it_is_written(write_clouds: Write, url: str) -> None:
    said = await refused(write_clouds, with_auth(auth_url=url))
    assert "does not begin with https:// or http://" in said
    assert "https://keystone.example.org:5000/v3" in said


async def test_options_beside_auth_count_as_if_they_stood_in_it(write_clouds: Write) -> None:
    entry = password_entry(URL)
    write_clouds(dev={**entry.pop("auth"), **entry})
    assert (await resolved()).config["auth"]["password"] == SECRET


async def test_a_leftover_token_in_the_environment_does_not_spoil_a_whole_login(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in password_entry(URL)["auth"].items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    monkeypatch.setenv("OS_TOKEN", "an-old-one")
    auth = (await resolve_cloud(None, ask=None)).config["auth"]
    assert auth["password"] == SECRET
    assert "token" not in auth


@pytest.mark.parametrize("text", ["", "# clouds:\n#   dev: {}\n", "---\n", "clouds:\n"])
async def test_an_empty_file_beside_a_sourced_openrc_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    file = tmp_path / "clouds.yaml"
    file.write_text(text)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    for name, value in password_entry(URL)["auth"].items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)
    assert (await resolve_cloud(None, ask=None)).name == "envvars"


async def test_an_empty_file_alone_is_named_as_the_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "clouds.yaml"
    file.write_text("# nothing yet\n")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    with pytest.raises(ConfigError, match=r"clouds\.yaml names no cloud, and OS_AUTH_URL is not set"):
        await resolve_cloud(None, ask=None)


def set_variables(monkeypatch: pytest.MonkeyPatch, **values: str) -> None:
    for name, value in values.items():
        monkeypatch.setenv(f"OS_{name.upper()}", value)


@pytest.mark.parametrize("password", ["", "left-over"])
async def test_a_leftover_password_does_not_spoil_an_application_credential(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    set_variables(monkeypatch, auth_type="v3applicationcredential", password=password, **CREDENTIAL)
    auth = (await resolve_cloud(None, ask=None)).config["auth"]
    assert auth["application_credential_secret"] == SECRET
    assert "password" not in auth


@pytest.mark.parametrize("left", ["", "left-over"])
async def test_a_leftover_application_credential_does_not_spoil_a_password(
    monkeypatch: pytest.MonkeyPatch, left: str
) -> None:
    set_variables(monkeypatch, application_credential_id=left, application_credential_secret=left)
    set_variables(monkeypatch, **password_entry(URL)["auth"])
    auth = (await resolve_cloud(None, ask=None)).config["auth"]
    assert auth["password"] == SECRET
    assert "application_credential_secret" not in auth


async def test_beside_a_named_user_a_leftover_token_is_passed_over_and_the_password_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = password_entry(URL)["auth"]
    del entry["password"]
    set_variables(monkeypatch, auth_type="password", token="left-over", **entry)
    with pytest.raises(ConfigError, match="The password for the cloud"):
        await resolve_cloud(None, ask=None)


async def test_old_names_of_keys_are_the_new_ones(write_clouds: Write) -> None:
    entry = password_entry(URL)
    entry["auth"]["user_name"] = entry["auth"].pop("username")
    entry["auth"]["tenant_name"] = entry["auth"].pop("project_name")
    write_clouds(dev=entry)
    auth = (await resolved()).config["auth"]
    assert (auth["username"], auth["project_name"]) == ("ada", "astro-survey")


@pytest.mark.parametrize("key", ["username", "password", "auth_url"])
async def test_an_empty_value_below_auth_gives_way_to_the_one_beside_it(write_clouds: Write, key: str) -> None:
    entry = password_entry(URL)
    entry[key], entry["auth"][key] = entry["auth"][key], ""
    write_clouds(dev=entry)
    assert (await resolved()).config["auth"][key] == entry[key]


async def test_a_key_without_a_value_is_left_out_of_the_login(write_clouds: Write) -> None:
    write_clouds(dev=with_auth(comment=""))
    assert "comment" not in (await resolved()).config["auth"]


async def test_a_secret_that_became_part_of_a_key_is_not_shown(write_clouds: Write) -> None:
    said = await refused(write_clouds, with_auth(**{f"password:{SECRET}": "x"}))
    assert "password…" in said


async def test_a_scope_of_openid_is_known_by_the_name_that_is_written(write_clouds: Write) -> None:
    auth = {
        "auth_url": f"{URL}/v3",
        "identity_provider": "uni",
        "protocol": "openid",
        "client_id": "c",
        "discovery_endpoint": f"{URL}/.well-known",
        "openid_scope": "openid profile",
        "username": "ada",
        "password": SECRET,
    }
    write_clouds(dev={"auth_type": "v3oidcpassword", "auth": auth})
    assert (await resolved()).config["auth"]["scope"] == "openid profile"
