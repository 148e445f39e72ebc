"""What a shell offers at the tab key: quickly, from files alone, and nothing that a shell would obey."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from imaging.cloud.name_cache import NameCache, Named, NameKind
from imaging.commands.command_table import table
from imaging.commands.main import ENTRIES
from imaging.commands.shell import light_commands
from imaging.commands.shell.values import MOST_OFFERED, is_plain, words_of
from imaging.runtime.paths import Paths
from imaging.runtime.private_files import app_folders

ROOT = Path(__file__).parents[2]
HOSTILE = ("web-01;touch x", "$(touch x)", "`touch x`", "--yes", "-rf", "a b", "a'b", "~root", "*", "a\nb", "星", "")
UUID_FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UUID = "0fe91600-d9d5-5bde-b6af-32d6230240b7"


@pytest.fixture
def cache() -> NameCache:
    return NameCache(Paths.of_user().prepared().cache)


@pytest.fixture
def complete(capsys, monkeypatch):
    """Gives what bash is offered for a line; its last word is the one that is being typed."""
    from imaging.commands.main import run

    def offered(line: str, **environment: str) -> list[str]:
        words = line.split(" ")
        asked = {"COMP_WORDS": line, "COMP_CWORD": str(len(words) - 1), "_IMAGING_COMPLETE": "bash_complete"}
        with monkeypatch.context() as patch:
            for name, value in (asked | environment).items():
                patch.setenv(name, value)
            assert run([]) == 0
        written = capsys.readouterr()
        assert written.err == ""
        return [one.partition(",")[2] for one in written.out.split()]

    return offered


def test_commands_and_options_are_offered(complete):
    assert complete("imaging ") == list(ENTRIES)
    assert complete("imaging ch") == ["check"]
    assert complete("imaging check --pro") == ["--probe", "--profile"]
    assert complete("imaging demo ") == ["serve"]
    assert complete("imaging create x --on-failure ") == ["restore", "leave"]
    assert complete("imaging completion ") == ["bash", "zsh", "fish"]


def test_names_are_those_of_the_cloud_that_the_line_names_or_the_environment_or_the_last(complete, cache):
    cache.write(NameKind.INSTANCE, [Named("i2", "web-01")], cloud="bob", project_id="p")
    os.utime(next((Paths.of_user().cache / "names").iterdir()), (1, 1))
    cache.write(NameKind.INSTANCE, [Named("i1", "db-07"), Named("i3", "gis-lab")], cloud="alice", project_id="p")

    assert complete("imaging check ") == ["db-07", "gis-lab"]
    assert complete("imaging check d") == ["db-07"]
    assert complete("imaging --os-cloud bob check ") == ["web-01"]
    assert complete("imaging check --os-cloud bob ") == ["web-01"]
    assert complete("imaging --demo check ") == []
    assert complete("imaging --os-cloud ") == ["alice", "bob"]
    assert complete("imaging check ", OS_CLOUD="bob") == ["web-01"]


def test_images_rules_profiles_and_runs_are_offered(complete, cache):
    cache.write(NameKind.IMAGE, [Named("g1", "base")], cloud="alice", project_id="p")
    cache.write(NameKind.RULE, [Named("SEC-PRIVKEY", ""), Named("SEC-DEV", "")])
    cache.write(NameKind.QUESTION, [Named("SW-ATTEST", "")])
    (Paths.of_user().profiles).mkdir(parents=True)
    (Paths.of_user().profiles / "ours.toml").touch()
    with closing(sqlite3.connect(Paths.of_user().journal)) as journal, journal:
        journal.execute("CREATE TABLE runs (id TEXT, kind TEXT, state TEXT, created_at TEXT)")
        journal.executemany("INSERT INTO runs VALUES (?, 'create', 'done', '')", [("k3f9",), ("$(x)",)])
    journal.close()

    assert complete("imaging verify ") == ["base"]
    assert complete("imaging create x --waive SEC-P") == ["SEC-PRIVKEY"]
    assert complete("imaging create x --attest ") == ["SW-ATTEST"]
    assert complete("imaging check --profile ") == ["jetstream", "jetstream2", "openstack", "ours"]
    assert complete("imaging watch ") == ["k3f9"]
    assert complete("imaging undo ") == ["k3f9"]


def test_the_journal_has_what_completion_asks_of_it(complete, imaging):
    assert imaging("runs").status == 0
    with closing(sqlite3.connect(Paths.of_user().journal)) as journal, journal:
        journal.execute("SELECT id, kind, state FROM runs ORDER BY created_at DESC")
    journal.close()


def test_a_damaged_journal_or_cache_is_no_completion_and_no_message(complete, cache):
    Paths.of_user().journal.write_bytes(b"SQLite format 3\0" + b"\xff" * 2000)
    cache.write(NameKind.INSTANCE, [Named("i1", "db-07")], cloud="alice")
    for file in (Paths.of_user().cache / "names").iterdir():
        file.write_bytes(b"\xff" * 2000)

    assert complete("imaging watch ") == []
    assert complete("imaging check ") == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_with_any_other_character_is_offered_by_its_id(name):
    assert not is_plain(name)
    assert [word for word, _ in words_of([Named(UUID, name)])] == [UUID]
    assert list(words_of([Named(name, name)])) == []


def test_a_name_that_several_have_is_offered_by_their_ids():
    assert [word for word, _ in words_of([Named("i1", "base"), Named("i2", "base")])] == ["i1", "i2"]


def test_of_very_many_names_some_are_offered_that_begin_as_all_do(complete, cache):
    names = [Named(f"i{place}", f"web-{place:05}") for place in range(10_000)]
    cache.write(NameKind.INSTANCE, names, cloud="alice")
    offered = complete("imaging check w")

    assert len(offered) == MOST_OFFERED
    assert (offered[0], offered[-1]) == ("web-00000", "web-09999")
    assert complete("imaging check web-0777") == [f"web-0777{last}" for last in range(10)]


def test_bash_obeys_nothing_of_a_name(tmp_path, cache):
    things = [Named(f"0fe91600-{place:04}", name) for place, name in enumerate(HOSTILE)]
    cache.write(NameKind.INSTANCE, [*things, Named("i9", "db-07")], cloud="alice")
    program = tmp_path / "bin" / "imaging"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m imaging.commands "$@"\n')
    program.chmod(0o755)
    script = """
        source <(imaging completion bash)
        COMP_WORDS=(imaging check "") COMP_CWORD=2
        _imaging_completion imaging
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PATH": f"{program.parent}:{os.environ['PATH']}"},
    )  # fmt: skip

    assert done.stdout.split() == sorted([*(thing.id for thing in things), "db-07"])
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_says_how_it_is_installed_and_the_shell_reads_it(imaging, shell, tmp_path):
    done = imaging("completion", shell)

    assert done.status == 0
    assert "# To install it:\n" in done.out
    assert f"imaging completion {shell} >~/" in done.out
    assert done.out.startswith("#compdef imaging\n") is (shell == "zsh")
    if shutil.which(shell) is not None:
        script = tmp_path / "script"
        script.write_text(done.out)
        subprocess.run([shell, "-n", script], check=True, timeout=20)


def test_completion_loads_no_model_no_sdk_and_no_screen(cache):
    cache.write(NameKind.INSTANCE, [Named("i1", "db-07")], cloud="alice")
    program = """
import json, sys
from imaging.commands.main import run
status = run([])
heavy = {"pydantic", "textual", "openstack", "keystoneauth1", "rich", "yaml", "asyncio", "models.text"}
print(json.dumps([status, sorted(heavy & set(sys.modules))]), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True,
        env={
            **os.environ, "PYTHONPATH": str(ROOT), "_IMAGING_COMPLETE": "bash_complete",
            "COMP_WORDS": "imaging check d", "COMP_CWORD": "2",
        },
    )  # fmt: skip

    assert done.stdout == "plain,db-07\n"
    assert json.loads(done.stderr) == [0, []]


def test_the_table_of_commands_is_up_to_date():
    written = (ROOT / "imaging/commands/shell" / light_commands.TABLE).read_text("utf-8")
    assert written == table(), (
        "python -m imaging.commands.command_table >TABLE && mv TABLE imaging/commands/shell/commands.tsv"
    )


def test_the_folders_are_those_of_the_program():
    paths = Paths.of_user()
    assert app_folders() == (paths.config, paths.state, paths.cache)


def test_an_instance_with_a_hostile_name_is_completed_by_its_id_after_a_list(complete, imaging, demo_cloud):
    assert imaging("instances", "--os-cloud", "demo").status == 0
    offered = complete("imaging check --os-cloud demo ")

    assert "db-07" in offered
    assert len([word for word in offered if UUID_FORM.fullmatch(word)]) == 2
    assert all(is_plain(word) for word in offered)
    assert shlex.split(" ".join(offered)) == offered
    assert imaging("check", "db-07", "--os-cloud", "demo").status == 1
    assert "SEC-PRIVKEY" in complete("imaging create db-07 --waive SEC-")


def test_a_listing_survives_a_cache_that_cannot_be_written(imaging, demo_cloud):
    (Paths.of_user().prepared().cache / "names").touch()
    done = imaging("instances", "--os-cloud", "demo")

    assert done.status == 0
    assert "db-07" in done.out
