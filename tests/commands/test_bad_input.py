"""What goes wrong before anything is changed: a clear message, the right exit status, and never a traceback."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
import yaml

from tests.support.demo import DemoCloud

TEXTS = ("--name", "db-07-v1", "--description", "PostgreSQL 16 with PostGIS, and our loader, on Ubuntu 24.04")
CREATE = ("create", "db-07", "--os-cloud", "demo", "--yes", "--attest", "SW-ATTEST")


def _clouds(path: Path, **auth: str) -> str:
    entry = {"auth": {"username": "ada", "password": "x", "project_name": "p", "user_domain_name": "Default"} | auth}
    entry["auth"].setdefault("project_domain_name", "Default")
    path.write_text(yaml.safe_dump({"clouds": {"mine": entry}}), encoding="utf-8")
    return str(path)


def _like_demo(demo_cloud: DemoCloud, path: Path, **changes) -> str:
    """The clouds.yaml of the demonstration cloud with one entry that is changed."""
    entry = yaml.safe_load(demo_cloud.clouds_yaml.read_text())["clouds"]["demo"]
    entry["auth"] |= changes
    path.write_text(yaml.safe_dump({"clouds": {"mine": entry}}), encoding="utf-8")
    return str(path)


def test_without_clouds_yaml_it_is_said_where_one_comes_from(imaging):
    done = imaging("instances")

    assert done.status == 2
    assert done.out == ""
    assert "No cloud is configured" in done.err
    assert "--demo" in done.err


def test_a_malformed_clouds_yaml_is_named_with_the_line(imaging, tmp_path, monkeypatch):
    file = tmp_path / "clouds.yaml"
    file.write_text("clouds:\n  mine:\n  auth: [\n", encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    done = imaging("instances")

    assert done.status == 2
    assert f"{file}, line" in done.err


def test_a_cloud_that_is_not_there_is_answered_with_those_that_are(imaging, demo_cloud):
    done = imaging("instances", "--os-cloud", "nosuchcloud")

    assert done.status == 2
    assert "demo, demo-admin, demo-appcred, other" in done.err


def test_a_wrong_secret_is_not_allowed_and_not_shown(imaging, demo_cloud, tmp_path, monkeypatch):
    monkeypatch.setenv(
        "OS_CLIENT_CONFIG_FILE", _like_demo(demo_cloud, tmp_path / "c.yaml", password="wrong-and-secret")
    )
    done = imaging("instances")

    assert done.status == 4
    assert "does not accept the login" in done.err
    assert "wrong-and-secret" not in done.err


def test_a_missing_secret_is_an_error_where_nobody_can_be_asked(imaging, demo_cloud, tmp_path, monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", _like_demo(demo_cloud, tmp_path / "c.yaml", password=""))
    done = imaging("instances")

    assert done.status == 2
    assert "password" in done.err


def test_a_missing_secret_is_asked_for_at_a_terminal_and_not_shown(at_terminal, demo_cloud, tmp_path):
    secret = yaml.safe_load(demo_cloud.clouds_yaml.read_text())["clouds"]["demo"]["auth"]["password"]
    file = _like_demo(demo_cloud, tmp_path / "c.yaml", password="")
    done = at_terminal("instances", question="Password of ada", answer=secret, OS_CLIENT_CONFIG_FILE=file)

    assert done.status == 0
    assert "db-07" in done.out
    assert secret not in done.out


@pytest.mark.parametrize("host", ["127.0.0.1:9", "no-such-host.invalid"])
def test_a_host_that_does_not_answer_is_the_networks_fault(imaging, tmp_path, monkeypatch, host):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", _clouds(tmp_path / "c.yaml", auth_url=f"http://{host}/v3"))
    begun = time.monotonic()
    done = imaging("instances")

    assert done.status == 3
    assert host.split(":")[0] in done.err
    assert time.monotonic() - begun < 20


def test_a_token_that_has_expired_is_not_allowed(imaging, demo_cloud, tmp_path, monkeypatch):
    entry = yaml.safe_load(demo_cloud.clouds_yaml.read_text())["clouds"]["demo"]
    entry["auth_type"] = "v3token"
    entry["auth"] = {"auth_url": entry["auth"]["auth_url"], "token": "gAAAAA-expired-token-of-long-ago"}
    (tmp_path / "c.yaml").write_text(yaml.safe_dump({"clouds": {"mine": entry}}), encoding="utf-8")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(tmp_path / "c.yaml"))
    done = imaging("instances")

    assert done.status == 4
    assert "expired-token" not in done.err


def test_without_cinder_everything_else_works(imaging, demo_cloud):
    demo_cloud.options(missing_services=["volume"])
    listed = imaging("instances", "--os-cloud", "demo", "--json")
    checked = imaging("check", "db-07", "--os-cloud", "demo", "--json")

    assert listed.status == 0
    assert checked.status == 1
    assert any(finding["outcome"] == "unknown" for finding in json.loads(checked.out)["findings"])


def test_an_instance_that_is_not_there_is_said(imaging, demo_cloud):
    done = imaging("check", "no-such-instance", "--os-cloud", "demo")

    assert done.status == 2
    assert "no-such-instance" in done.err
    assert "`imaging instances`" in done.err


def test_an_instance_of_another_project_is_not_there(imaging, demo_cloud):
    done = imaging("check", demo_cloud.server_id("db-07"), "--os-cloud", "other")

    assert done.status == 2


def test_a_name_that_several_images_have_is_wrong_use(imaging, demo_cloud):
    done = imaging("verify", "astro-base", "--os-cloud", "demo")

    assert done.status == 2
    assert "id" in done.err


@pytest.mark.parametrize(
    "name, rule", [("db-07.v1", "NAME-PERIOD"), ("Featured-Ubuntu24", "NAME-FEATURED"), ("featured ubuntu24", "NAME-")]
)
def test_a_name_that_the_guidelines_forbid_stops_the_run_before_it_starts(imaging, demo_cloud, name, rule):
    done = imaging(*CREATE, "--name", name, *TEXTS[2:])

    assert done.status == 1
    assert rule in done.err
    assert "Nothing was changed." in done.err
    assert demo_cloud.transitions("db-07") == []


def test_an_exhausted_quota_stops_the_run_with_its_numbers(imaging, demo_cloud):
    demo_cloud.quotas(instances=1)
    done = imaging(*CREATE, *TEXTS)

    assert done.status == 1
    assert "QUOTA" in done.err
    assert demo_cloud.transitions("db-07") == []


def test_sharing_needs_a_waiver_for_what_lies_in_the_guest(imaging, demo_cloud):
    done = imaging(*CREATE, *TEXTS, "--visibility", "shared", "--mode", "plain")

    assert done.status == 1
    assert "--waive PROP-VISIBILITY=WHY" in done.err


def test_an_image_that_others_will_see_is_sealed_unless_a_plain_one_is_asked_for(imaging, demo_cloud):
    done = imaging(*CREATE, *TEXTS, "--visibility", "shared")

    assert done.status == 1
    assert "No sealed image can be made: A seal is planned from an inspection" in " ".join(done.err.split())
    assert "--mode plain" in done.err
    assert demo_cloud.transitions("db-07") == []


@pytest.mark.parametrize("option", [("--keep-home", "ada"), ("--keep", "/opt/app")])
def test_keeping_something_of_a_plain_image_is_wrong_use(imaging, demo_cloud, option):
    done = imaging(*CREATE, *TEXTS, *option)

    assert done.status == 2
    assert "--mode sealed" in done.err


@pytest.mark.parametrize("path", ["opt/app", "/opt/../etc"])
def test_what_is_kept_is_named_by_its_whole_path(imaging, demo_cloud, path):
    done = imaging(*CREATE, *TEXTS, "--mode", "sealed", "--keep", path)

    assert done.status == 2
    assert "absolute path" in done.err


def test_a_sealed_image_without_a_test_is_wrong_use(imaging, demo_cloud):
    done = imaging(*CREATE, *TEXTS, "--mode", "sealed", "--no-test")

    assert done.status == 2
    assert "--no-test" in done.err


def test_a_member_without_sharing_is_wrong_use(imaging, demo_cloud):
    done = imaging(*CREATE, *TEXTS, "--member", "p2")

    assert done.status == 2
    assert "--visibility shared" in done.err


def test_a_test_instance_that_is_not_launched_cannot_be_kept(imaging, demo_cloud):
    assert imaging(*CREATE, *TEXTS, "--no-test", "--keep-test").status == 2
    assert imaging(*CREATE, *TEXTS, "--no-test", "--visibility", "community").status == 2
    assert imaging(*CREATE, *TEXTS, "--visibility", "community", "--publish-unverified", "another").status == 2


def test_nobody_at_a_terminal_needs_yes(imaging, demo_cloud):
    demo_cloud.forget_calls()
    done = imaging("create", "db-07", "--os-cloud", "demo", *TEXTS)

    assert done.status == 2
    assert "--yes" in done.err
    assert demo_cloud.calls() == []


def test_a_missing_name_is_answered_with_one_that_would_do(imaging, demo_cloud):
    done = imaging("create", "db-07", "--os-cloud", "demo", "--yes")

    assert done.status == 2
    assert "--name db-07-" in done.err


@pytest.mark.parametrize(
    "option, value",
    [("--network", "nosuch"), ("--flavor", "nosuch"), ("--attest", "NO-RULE"), ("--waive", "NO-RULE=x")],
)
def test_what_is_not_there_is_wrong_use(imaging, demo_cloud, option, value):
    done = imaging(*CREATE, *TEXTS, option, value)

    assert done.status == 2
    assert value.split("=")[0] in done.err


def test_other_guidelines_that_are_not_there_are_wrong_use(imaging, demo_cloud):
    done = imaging("check", "db-07", "--os-cloud", "demo", "--profile", "nosuch")

    assert done.status == 2
    assert "jetstream2" in done.err


def test_where_nothing_may_be_changed_a_run_is_refused(imaging, demo_cloud, monkeypatch):
    monkeypatch.setenv("IMAGING_READ_ONLY", "true")
    done = imaging(*CREATE, *TEXTS)

    assert done.status == 2
    assert "read_only" in done.err


def test_an_unknown_option_is_wrong_use(imaging):
    done = imaging("instances", "--nosuch")

    assert done.status == 2
    assert "--help" in done.err


def test_an_unknown_command_is_wrong_use(imaging):
    assert imaging("import", "file").status == 2


def test_the_console_needs_a_terminal(imaging):
    done = imaging()

    assert done.status == 2
    assert "imaging instances" in done.err


def test_a_state_folder_that_cannot_be_made_is_said(imaging, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    done = imaging("runs")

    assert done.status == 2
    assert "XDG_STATE_HOME" in done.err


def test_what_nobody_foresaw_is_told_without_traceback_and_kept_in_the_log(imaging, monkeypatch, own_home):
    def fails(*_):
        secret = "local-variable"
        raise ZeroDivisionError(secret[:0])

    monkeypatch.setattr("imaging.commands.flow.session.settings", fails)
    done = imaging("instances")

    assert done.status == 70
    assert "ZeroDivisionError" in done.err
    log = own_home / ".local/state/imaging-console/logs/command.log"
    assert str(log) in done.err
    assert "Traceback" in log.read_text()
    assert "local-variable" not in log.read_text()


def test_every_failure_of_a_cloud_is_told_with_the_id_of_the_request(imaging, demo_cloud):
    demo_cloud.faults({"method": "GET", "path": "servers/detail", "status": 403, "times": 9})
    done = imaging("instances", "--os-cloud", "demo")

    assert done.status == 4
    assert "Request: req-" in done.err


def test_a_service_that_fails_is_the_clouds_fault(imaging, demo_cloud):
    demo_cloud.faults({"method": "GET", "path": "v2/images", "status": 500, "times": 99})
    done = imaging("images", "--os-cloud", "demo")

    assert done.status == 3


@pytest.mark.parametrize("given", ["abc", "0" * 63, "0" * 96, "sha256:" + "0" * 64, "g" * 64])
def test_what_is_no_hash_is_refused_before_anything_is_fetched(imaging, tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    done = imaging("import", "http://127.0.0.1:9/disk.raw", "--os-cloud", "demo", "--plan", "--sha256", given)

    assert done.status == 2
    assert "neither a SHA-256 (64 digits) nor a SHA-512 (128)" in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("address", ["http://me:pw123456@127.0.0.1:9/disk.raw", "http://127.0.0.1:9/disk.raw?sig=1"])
def test_a_cloud_is_not_told_a_secret_address_and_nothing_is_fetched_before_that_is_said(
    imaging, demo_cloud, tmp_path, monkeypatch, address
):
    monkeypatch.chdir(tmp_path)
    done = imaging("import", address, "--os-cloud", "demo", "--plan", "--method", "web-download")

    assert done.status == 2
    assert "its address holds a login" in done.err
    assert "pw123456" not in done.err
