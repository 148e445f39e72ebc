"""The log: a private rotating file without secrets, and never a word on the terminal."""

from __future__ import annotations

import json
import logging
import stat
import warnings

import pytest

from imaging.runtime.logs import start_logging
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import NotPrivateError
from tests.support.logs import stop_logging


@pytest.fixture
def log(tmp_path):
    root = logging.getLogger()
    level = root.level
    path = start_logging(Paths.below(tmp_path), "console", "debug")
    yield path
    stop_logging()
    root.setLevel(level)


def test_the_file_and_its_folder_are_closed_to_others(log):
    logging.getLogger("x").info("hello")
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700
    assert log.read_text().endswith("x: hello\n")


class _Failing(json.JSONDecoder):
    def decode(self, *_):
        msg = '{"adminPass": "hush-hush"}'
        raise ValueError(msg)


def test_secrets_are_blotted_out_in_arguments_and_in_tracebacks(log):
    try:
        json.loads("", cls=_Failing)
    except ValueError:
        logging.getLogger("x").exception("failed with %s", {"X-Auth-Token": "hush-hush"})
    text = log.read_text()
    assert "hush-hush" not in text
    assert "Traceback" in text


def test_it_rotates_and_stays_private(log):
    for _ in range(1100):
        logging.getLogger("x").info("y" * 1000)
    old = log.with_name("console.log.1")
    assert old.exists()
    assert stat.S_IMODE(log.stat().st_mode) == stat.S_IMODE(old.stat().st_mode) == 0o600


def test_talkative_libraries_are_kept_to_warnings(log):
    for name in ("keystoneauth.session", "urllib3.connectionpool", "openstack.config"):
        logging.getLogger(name).debug("body")
        logging.getLogger(name).warning("trouble in %s", name)
    text = log.read_text()
    assert "body" not in text
    assert text.count("trouble") == 3


def test_nothing_ever_reaches_the_terminal(log, capfd):
    logging.getLogger("x").error("loud")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("odd", stacklevel=1)
    ours = next(one for one in logging.getLogger().handlers if getattr(one, "baseFilename", "") == str(log))
    ours.handle(logging.makeLogRecord({"msg": "%d", "args": ("no number",)}))
    assert capfd.readouterr() == ("", "")
    assert "odd" in log.read_text()


def test_starting_again_changes_the_file_instead_of_writing_twice(log, tmp_path):
    other = start_logging(Paths.below(tmp_path), "runner-r1")
    logging.getLogger("x").info("once")
    assert other.read_text().count("once") == 1
    assert "once" not in log.read_text()


def test_a_strangers_text_is_neither_obeyed_by_a_terminal_nor_a_record_of_its_own(log):
    logging.getLogger("x").error("the cloud said %s", "a\x1b[2Jb\r\x9b31m\u202e\n2026-11-01T00:00:00.000Z ERROR forged")
    text = log.read_text()
    assert not set(text) & set("\x1b\r\x9b\u202e")
    assert len([line for line in text.splitlines() if line.startswith("20")]) == 1
    assert "\n    2026-11-01" in text


def test_a_planted_link_is_not_written_through(tmp_path):
    (tmp_path / "precious").write_text("precious")
    (tmp_path / "state" / "logs").mkdir(parents=True)
    (tmp_path / "state" / "logs" / "command.log").symlink_to(tmp_path / "precious")
    with pytest.raises(NotPrivateError, match="it is a link"):
        start_logging(Paths.below(tmp_path), "command")
    assert (tmp_path / "precious").read_text() == "precious"
