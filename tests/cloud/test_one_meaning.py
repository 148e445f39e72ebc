"""openstacksdk reads an entry twice. What it logs in with is what was checked, in every spelling of the names."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import pytest
import yaml

from imaging.cloud.clouds_yaml.loading import load
from imaging.cloud.http.thread_connection import SharedLogin
from imaging.cloud.login.resolution import resolve_cloud
from models.errors import ConfigError
from tests.cloud.conftest import password_entry

URL = "https://cloud.example:5000"
RAN = "hook_that_notes_its_calls"


@pytest.fixture
def hook_calls(monkeypatch) -> list[object]:
    """The calls of a function that a vendor hook can name."""
    calls: list[object] = []
    module = types.ModuleType(RAN)
    vars(module)["main"] = calls.append
    monkeypatch.setitem(sys.modules, RAN, module)
    return calls


def write(folder: Path, **more) -> None:
    (folder / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"dev": password_entry(URL, **more)}}))


async def login() -> SharedLogin:
    return SharedLogin(await resolve_cloud("dev", ask=None))


def in_region(**values) -> dict[str, Any]:
    return {"regions": [{"name": "North", "values": values}]}


@pytest.mark.parametrize("name", ["vendor_hook", "vendor-hook", "os_vendor_hook", "os-vendor-hook", "os-vendor_hook"])
@pytest.mark.parametrize("where", [dict, in_region], ids=["entry", "region"])
async def test_a_hook_is_never_called_whatever_its_name_is_written_like(here, hook_calls, name, where):
    write(here, **where(**{name: f"{RAN}:main"}))
    (await login()).new_connection()
    assert hook_calls == []


@pytest.mark.parametrize("prefix", ["os_", "os-"])
@pytest.mark.parametrize(
    "name,value",
    [("insecure", True), ("verify", False), ("cacert", "/x"), ("cert", "/x"), ("key", "/x"), ("auth_type", "none")],
)
@pytest.mark.parametrize("where", [dict, in_region], ids=["entry", "region"])
async def test_a_prefix_hides_no_setting_from_the_checks(here, prefix, name, value, where):
    write(here)
    plain = (await login())._config
    write(here, **where(**{prefix + name: value}))
    found = await login()
    assert found._config.get(name) == plain.get(name)
    assert found.new_connection()._connection.session.verify is True


async def test_a_prefix_hides_no_address_either(here):
    entry = password_entry(URL)
    entry["auth"]["os_auth_url"] = "https://evil.example:5000"
    (here / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"dev": entry}}))
    assert (await login())._config["auth"]["auth_url"] == f"{URL}/identity/v3"


@pytest.mark.parametrize("name", ["profile", "cloud", "os_profile"])
async def test_the_values_of_a_region_name_no_profile_to_be_fetched(here, monkeypatch, name):
    def refuse(asked):
        raise AssertionError(asked)

    monkeypatch.setattr("openstack.config.vendors.get_profile", refuse)
    write(here, **in_region(**{name: "http://evil.example"}))
    assert (await login())._config["auth"]["auth_url"] == f"{URL}/identity/v3"


async def test_what_was_filled_in_once_is_not_filled_in_again(here):
    write(here, note="{{auth[password]}}", region_name="North", label="in {region_name}")
    config = (await login())._config
    assert config["note"] == "{auth[password]}"
    assert config["label"] == "in North"


async def test_an_address_may_name_the_region(here):
    entry = password_entry("https://{region_name}.cloud.example:5000", region_name="north")
    (here / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"dev": entry}}))
    assert (await login())._config["auth"]["auth_url"] == "https://north.cloud.example:5000/identity/v3"


@pytest.mark.parametrize(
    "value",
    [
        "{auth_type:>300000}",
        "{auth_type:{auth_type}}",
        "{auth_type!a}",
        "{auth}",
        "{auth[password]}",
        "{auth_type.__class__}",
        "{long}",
        "{again}",
        "{auth_type}" * 9,
    ],
)
@pytest.mark.parametrize("where", [dict, in_region], ids=["entry", "region"])
def test_no_setting_swells_when_it_is_filled_in(here, value, where):
    write(here, **where(note=value, long="x" * 1000, again="{auth_type}"))
    with pytest.raises(ConfigError, match=r"'note'.* cannot be filled in"):
        load("dev")


def test_an_address_that_swells_is_refused_too(here):
    entry = password_entry("https://{auth_type:>300000}.example")
    (here / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"dev": entry}}))
    with pytest.raises(ConfigError, match=r"'auth_url'.* cannot be filled in"):
        load("dev")


async def test_a_password_with_braces_stays_as_it_is(here):
    entry = password_entry(URL)
    entry["auth"]["password"] = "{a:>9}{{b}}"
    (here / "clouds.yaml").write_text(yaml.safe_dump({"clouds": {"dev": entry}}))
    assert (await login())._config["auth"]["password"] == "{a:>9}{{b}}"


def test_merge_keys_that_double_each_other_come_to_an_end(here):
    doubling = "".join(f"x{n}: &x{n} {{<<: [*x{n - 1}, *x{n - 1}]}}\n" for n in range(1, 26))
    (here / "clouds.yaml").write_text(f"x0: &x0 {{a: 1}}\n{doubling}clouds: {{}}\n")
    with pytest.raises(ConfigError, match="is malformed"):
        load(None)


def test_a_merge_key_is_honoured(here):
    (here / "clouds.yaml").write_text(
        f"x: &x {{auth: {{auth_url: '{URL}'}}}}\nclouds: {{dev: {{<<: *x, note: own}}}}\n"
    )
    assert load("dev").config["auth"]["auth_url"] == URL
