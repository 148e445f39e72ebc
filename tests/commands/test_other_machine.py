"""Asked for one instance and led to another: by real logins, into the demonstration cloud's guests."""

from __future__ import annotations

import pytest

DB_07 = ("--address", "192.0.2.107", "--os-cloud", "demo")
"""The address of db-07, whose host key is known."""


@pytest.mark.parametrize("wanted", [("probe", "web-01"), ("save", "web-01", "/home", "--to", "copies")])
def test_an_address_that_leads_elsewhere_ends_it_though_its_host_key_is_known(
    imaging, demo_cloud, tmp_path, monkeypatch, wanted
):
    monkeypatch.chdir(tmp_path)
    refused = imaging(*wanted, *DB_07)
    assert refused.status == 2
    assert refused.out == ""
    assert "is not web-01" in refused.err
    assert f"It reports {demo_cloud.server_id('db-07')}" in refused.err
    assert "nothing was changed" in refused.err
    assert "--other-machine web-01" in refused.err
    assert not (tmp_path / "copies").exists()


def test_the_instances_name_overrides_it_and_that_is_said(imaging, demo_cloud):
    assert imaging("probe", "web-01", *DB_07, "--other-machine", "db-07").status == 2
    typed = imaging("probe", "web-01", *DB_07, "--other-machine", "web-01", "--json")
    assert typed.status == 0
    assert "You say that 192.0.2.107" in typed.err
    assert "is web-01" in typed.err


def test_the_right_instance_is_inspected_and_nothing_is_said_of_it(imaging, demo_cloud):
    done = imaging("probe", "db-07", *DB_07, "--json")
    assert done.status == 0
    assert "another machine" not in done.err
    assert "Could not confirm" not in done.err


@pytest.mark.parametrize("answer, status", [("web-01", 0), ("yes", 2)])
def test_at_a_terminal_the_name_is_asked_for(at_terminal, demo_cloud, answer, status):
    done = at_terminal("probe", "web-01", *DB_07, question="Type web-01 to confirm", answer=answer)
    assert done.status == status
    assert demo_cloud.server_id("db-07") in done.out
