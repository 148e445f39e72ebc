"""The controls: only for those who have this cloud's token, and nothing that is sent ends it."""

from __future__ import annotations

import hmac
import http.client
import json
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.demo import DemoCloud, start_demo, stop_demo

CONTROLS = [
    ("GET", "clock"),
    ("POST", "clock"),
    ("GET", "faults"),
    ("POST", "faults"),
    ("POST", "hooks"),
    ("POST", "options"),
    ("POST", "quotas"),
    ("GET", "calls"),
    ("DELETE", "calls"),
    ("GET", "transitions"),
    ("DELETE", "tokens"),
    ("POST", "reset"),
]


def order(
    cloud: DemoCloud, method: str, path: str, body: bytes | Iterator[bytes] | None = None, token: str | None = None
) -> requests.Response:
    headers = {"X-Control-Token": cloud.control_token if token is None else token}
    return requests.request(method, f"{cloud.url}/_control/{path}", data=body, headers=headers, timeout=10)


@pytest.mark.parametrize("token", ["", "wrong", "Bearer x", "é"])
def test_nobody_turns_reads_or_resets_it_without_the_token(held: DemoCloud, token: str):
    before = held.now()
    for method, path in CONTROLS:
        reply = order(held, method, path, b'{"advance": 100000}', token)
        assert reply.status_code == 403, path
        assert held.control_token not in reply.text
    assert held.now() == before


def test_every_control_is_among_those_that_were_tried_without_a_token(held: DemoCloud):
    from imaging.democloud.clock import VirtualClock
    from imaging.democloud.ids import Ids
    from imaging.democloud.web.app import make_app, make_cloud
    from imaging.democloud.web.control import control_app

    cloud = make_cloud(VirtualClock(), Ids())
    routes: list[Any] = list(control_app(cloud, make_app(cloud), "token").routes)
    found = {(method, route.path.strip("/")) for route in routes for method in route.methods - {"HEAD"}}
    assert found == {*CONTROLS, ("GET", "proof")}


BAD_BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"[[]]",
    b'"x"',
    b"7",
    b"\xff\xfe",
    b"[" * 100_000,
    b'{"a":' * 50_000,
    b'{"advance": NaN}',
    b'{"advance": Infinity}',
    b'{"advance": 1e999}',
    b'{"advance": 1e300}',
    b'{"advance": -1}',
    b'{"advance": "1"}',
    b'{"advance": true}',
    b'{"advance": ' + b"9" * 5000 + b"}",
    b'{"speed": 0}',
    b'{"speed": -1e999}',
    b'{"speed": [1]}',
    b'{"snapshot": 7}',
    b'{"snapshot": {"times": "x"}}',
    b'{"compute_max": "x"}',
    b'{"compute_max": "1"}',
    b'{"missing_services": 7}',
    b'{"nobody": {"instances": 1}}',
    b'{"astro-survey": 7}',
    b'{"astro-survey": {"instances": 1e999}}',
    b'{"astro-survey": {"no-such": 1}}',
    b'[{"path": "("}]',
    b'[{"sends": "("}]',
    b'[{"skip": "x"}]',
    b'[{"status": 99999}]',
    b'[{"status": "x"}]',
    b'[{"delay": 1e999}]',
    b'[{"delay": -1}]',
    b'[{"times": "x"}]',
    b'[{"headers": 7}]',
    b'[{"headers": {"a\\r\\nb": "c"}}]',
    b'[{"headers": {"a": "c\\r\\nd: e"}}]',
    b'[{"no-such": 1}]',
    b'{"\\ud800": {}}',
    b"x" * 1_100_000,
]


def test_whatever_is_sent_is_answered_and_leaves_the_cloud_as_it_was(held: DemoCloud):
    before = held.now()
    for path in ("clock", "faults", "hooks", "options", "quotas"):
        for body in BAD_BODIES:
            reply = order(held, "POST", path, body)
            assert reply.status_code in {200, 400, 413}, (path, body[:40], reply.text[:200])
            assert reply.status_code != 200 or reply.json() is not None
    assert held.now() == before
    held.reset()
    assert requests.get(f"{held.url}/identity/v3", timeout=10).status_code == 200


def test_a_body_that_says_it_is_endless_is_refused_unread(held: DemoCloud):
    def pieces() -> Iterator[bytes]:
        for _ in range(200):
            yield b"x" * 100_000

    assert order(held, "POST", "hooks", pieces()).status_code == 413
    connection = http.client.HTTPConnection(held.url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/compute/v2.1/servers", headers={"Content-Length": "99999999999"})
    assert connection.getresponse().status == 413
    connection.close()


def test_it_proves_that_it_knows_the_token_without_telling_it(held: DemoCloud):
    reply = requests.get(f"{held.url}/_control/proof", params={"nonce": "abc"}, timeout=10)
    assert reply.json() == {"proof": hmac.digest(held.control_token.encode(), b"abc", "sha256").hex()}
    for nonce in ("", "é", "x" * 1000):
        assert requests.get(f"{held.url}/_control/proof", params={"nonce": nonce}, timeout=10).status_code == 400


def test_what_lets_somebody_in_is_new_at_each_start(tmp_path: Path):
    found = []
    for name in ("first", "second"):
        process, cloud = start_demo(tmp_path / name, ["--deterministic"])
        try:
            clouds = yaml.safe_load(cloud.clouds_yaml.read_text())["clouds"]
            secret = clouds["demo-appcred"]["auth"]["application_credential_secret"]
            found.append({cloud.control_token, cloud.password, secret, cloud.key.read_text()})
            assert stat.S_IMODE((tmp_path / name / "democloud.json").stat().st_mode) == 0o600
        finally:
            stop_demo(process)
    assert len(found[0] | found[1]) == 8


@pytest.mark.parametrize("name", ["democloud.lock", "democloud.json", "clouds.yaml", "id_demo", "ssh_config"])
def test_nothing_is_written_through_a_planted_link(tmp_path: Path, name: str):
    from imaging.democloud.closed_files import NotOurFolderError, open_closed, write_closed

    (tmp_path / "precious").write_text("precious")
    (tmp_path / name).symlink_to(tmp_path / "precious")
    with pytest.raises(NotOurFolderError):
        open_closed(tmp_path / name)
    write_closed(tmp_path / name, "ours")
    assert (tmp_path / "precious").read_text() == "precious"
    assert (tmp_path / name).read_text() == "ours"


@pytest.mark.parametrize("spoil", ["other text", "open to others", "a link", "nothing"])
def test_a_file_that_is_to_stay_is_written_again_where_it_is_another(tmp_path: Path, spoil: str):
    from imaging.democloud.closed_files import keep_closed

    file = tmp_path / "id_demo"
    keep_closed(file, "ours")
    before = file.stat().st_ino
    if spoil == "other text":
        file.write_text("theirs")
    elif spoil == "open to others":
        file.chmod(0o644)
    elif spoil == "a link":
        file.rename(tmp_path / "elsewhere")
        file.symlink_to(tmp_path / "elsewhere")
    keep_closed(file, "ours")
    assert file.read_text() == "ours"
    assert stat.S_IMODE(file.lstat().st_mode) == 0o600
    assert not file.is_symlink()
    assert (file.stat().st_ino == before) is (spoil == "nothing")


def test_its_folder_is_closed_where_it_stood_open(tmp_path: Path, monkeypatch):
    from imaging.democloud import closed_files

    (tmp_path / "state").mkdir()
    (tmp_path / "state").chmod(0o777)
    closed_files.close_folder(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    uid = tmp_path.stat().st_uid
    monkeypatch.setattr("os.geteuid", lambda: uid + 1)
    with pytest.raises(closed_files.NotOurFolderError):
        closed_files.close_folder(tmp_path / "state")


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    def write(**serving: object) -> Path:
        (tmp_path / "democloud.json").write_text(json.dumps(serving))
        return tmp_path

    return write


def test_a_file_that_points_at_another_process_is_not_joined(held: DemoCloud, written: Callable[..., Path]):
    from imaging.commands.flow.demo_cloud import _is_running

    assert _is_running(written(url=held.url, control_token=held.control_token))
    for url, token in (
        (held.url, "another"),
        (held.url, ""),
        (held.url.replace("127.0.0.1", "localhost"), held.control_token),
        (held.url.replace("http://", "http://somebody@"), "another"),
        ("http://127.0.0.1:99999999", held.control_token),
        ("nonsense", held.control_token),
        (None, None),
    ):
        assert not _is_running(written(url=url, control_token=token)), url
    assert not _is_running(written(url=held.url))
