"""Secrets where researchers put them are found by the real probe, and a system on which nobody worked has none."""

from __future__ import annotations

from functools import cache

import pytest

from bench.planted import FORMS, planted
from bench.secrets_found import clean_tree, found_of
from imaging.guidelines.guest.questions import questions_for
from models.findings import Outcome
from tests.guest.probe.running import plant, probe
from tests.guest.probe.test_secret_lines import bare_tree, dev_finding
from tests.guest.trees.building import put_tool
from tests.guidelines.building import profile
from tests.support.known import known
from tests.support.shells import EACH_SHELL

TOKEN = "ghp_" + "a1B2" * 9


@cache
def found() -> dict[str, str]:
    """All classes in one tree."""
    return found_of({path: text for files in planted(seed=2).values() for path, text in files.items()})


@pytest.mark.parametrize("name", planted())
def test_every_form_of_a_class_is_found(name):
    assert len(planted()[name]) == FORMS
    assert sorted(planted()[name].keys() - found().keys()) == []


def test_a_system_on_which_nobody_worked_raises_no_alarm():
    assert found_of({}) == {}


@pytest.mark.parametrize("shell", EACH_SHELL)
def test_a_token_is_found_by_its_form_in_a_file_of_any_name_and_its_value_stays_in_the_guest(shell):
    root = plant(bare_tree(), {"/opt/app/READ ME\n2": f"one\ntwo {TOKEN}\n"})
    seen = probe("sightings", root=root, questions=questions_for(profile()), shell=shell)
    places = [(each.path, each.lines) for each in known(seen.sightings) if each.search == "SEC-DEV.token-code"]
    assert [lines for _, lines in places] == [(2,)]
    assert TOKEN not in seen.model_dump_json()


NO_TOKENS = {
    "/opt/conda/lib/python3.12/site-packages/x/test_x.py": TOKEN,
    "/srv/node_modules/x/readme.md": TOKEN,
    "/home/alice/notes.txt": "AKIAIOSFODNN7EXAMPLE ghp_short hf_model xoxb- glpat-",
    "/home/alice/base64.txt": f"x{TOKEN}",
    "/home/alice/data.csv": TOKEN,
    "/home/alice/big.txt": TOKEN + "x" * 1_200_000,
    "/home/alice/binary": f"\0{TOKEN}",
}


@cache
def alarms() -> dict[str, str]:
    """Of all of them in one tree."""
    return found_of(NO_TOKENS)


@pytest.mark.parametrize("path", NO_TOKENS)
def test_what_packages_documentation_and_data_hold_is_no_token(path):
    assert path not in alarms()
    assert alarms().keys() <= NO_TOKENS.keys()


def test_a_search_by_content_that_takes_too_long_is_no_pass():
    root = bare_tree()
    put_tool(root, "timeout", 'shift 3; case $* in *xargs*) exit 124 ;; *) exec "$@" ;; esac')
    finding = dev_finding(root)
    assert finding.outcome is Outcome.UNKNOWN
    assert finding.evidence == "Time was up before all files were searched for tokens."


def test_a_token_deep_in_a_notebook_is_found_with_its_line():
    root = plant(bare_tree(), {"/home/alice/a.ipynb": "x" * 200 + "\n" + f"{'y' * 99}\n" * 4_000 + f"{TOKEN}\n"})
    assert "/home/alice/a.ipynb:4002" in dev_finding(root).evidence


@pytest.mark.parametrize("text, alarms", [("secret = testing123\n", False), ("\tsecret = a-real-one\n", True)])
def test_what_a_package_delivers_is_no_secret_of_anybody(text, alarms):
    path = "/etc/freeradius/3.0/clients.conf"
    assert (path in found_of({path: text})) is alarms


def test_two_searches_that_fit_one_file_name_the_lines_of_both():
    root = plant(bare_tree(), {"/home/alice/.bashrc": f"export LAB_TOKEN=abcdefgh\n\n# {TOKEN}\n"})
    assert "/home/alice/.bashrc:1,3" in dev_finding(root).evidence


def test_the_clean_tree_is_a_tree():
    with clean_tree() as root:
        assert (root / "etc/os-release").exists()
