"""What logind does to a runner at log-out, and what is said about it beforehand."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

import pytest

from imaging.runs.process import logind


def test_logind_itself_is_asked_first():
    assert logind.kills_at_logout(lambda: "b true\n") is True
    assert logind.kills_at_logout(lambda: "b false\n") is False


@pytest.mark.parametrize(
    "main, extra, kills",
    [
        ("[Login]\n#KillUserProcesses=yes\n", None, False),
        ("[Login]\nKillUserProcesses=yes\n", None, True),
        ("[Login]\nKillUserProcesses=yes\n", "KillUserProcesses = no\n", False),
        ("", "KillUserProcesses=1\n", True),
    ],
)
def test_else_its_configuration_counts_the_last_word_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, extra: str | None, kills: bool
):
    (tmp_path / "logind.conf").write_text(main)
    if extra:
        (tmp_path / "logind.conf.d").mkdir()
        (tmp_path / "logind.conf.d" / "50.conf").write_text(extra)
    monkeypatch.setattr(logind, "_CONFIGURATION", (tmp_path,))
    assert logind.kills_at_logout(lambda: None) is kills


def test_lingering_is_a_file_named_after_the_user(tmp_path: Path):
    assert not logind.lingers(tmp_path)
    (tmp_path / pwd.getpwuid(os.getuid()).pw_name).touch()
    assert logind.lingers(tmp_path)


def test_a_scope_needs_systemd_run_and_a_service_manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert logind.scope_command("r1") == ()
    (tmp_path / "systemd").mkdir()
    (tmp_path / "systemd" / "private").touch()
    assert logind.scope_command("r1")[:3] == ("/usr/bin/systemd-run", "--user", "--scope")


@pytest.mark.parametrize(
    "kills, lingers, scope, warned",
    [
        (False, False, (), False),
        (True, True, ("systemd-run",), False),
        (True, False, ("systemd-run",), True),
        (True, True, (), True),
    ],
)
def test_the_user_is_warned_only_where_a_run_would_end(monkeypatch: pytest.MonkeyPatch, kills, lingers, scope, warned):
    monkeypatch.setattr(logind, "kills_at_logout", lambda: kills)
    monkeypatch.setattr(logind, "lingers", lambda: lingers)
    monkeypatch.setattr(logind, "scope_command", lambda run_id: scope)
    warning = logind.logout_warning()
    assert bool(warning) is warned
    if warning:
        assert "loginctl enable-linger" in warning
