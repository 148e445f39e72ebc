"""Where the program keeps its files."""

from __future__ import annotations

import stat

import pytest

from imaging.runtime.paths import Paths


def test_the_users_own_folders_are_obeyed(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "elsewhere"))
    assert Paths.of_user().journal == tmp_path / "elsewhere" / "imaging-console" / "runs.sqlite"


def test_prepared_folders_are_closed_to_others(tmp_path):
    paths = Paths.below(tmp_path).prepared()
    for folder in (paths.config, paths.state, paths.cache, paths.logs):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@pytest.mark.parametrize("run_id", ["../x", "", "a/b", "a.b"])
def test_a_run_id_never_leads_out_of_its_folder(tmp_path, run_id):
    with pytest.raises(ValueError, match="not a run id"):
        Paths.below(tmp_path).run_folder(run_id)
