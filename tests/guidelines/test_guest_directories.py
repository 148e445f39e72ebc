"""Chapters *Directories* and *Home directory*: what a plain image publishes."""

from __future__ import annotations

from datetime import timedelta

import pytest

from models.findings import Outcome, Severity
from models.guest.directories import Desktop, Directories, Directory, Entry
from models.guest.mounts import Mount, Mounts
from models.run.request import Visibility
from tests.guidelines.building import NOW, request
from tests.guidelines.guest_building import HEALTHY, guest_finding, partly, untold
from tests.support.known import command_of

ALICE = Directory(
    path="/home/alice", owner="alice", size_kib=1_258_291, files=350, own_files=340,
    newest_at=NOW - timedelta(days=2), biggest=(Entry(name="survey", size_kib=1_200_000),),
)  # fmt: skip
SKELETON = Directory(path="/home/ubuntu", owner="ubuntu", size_kib=16, files=4)
RULES = ("DATA-HOME", "DATA-MNT", "DATA-TMP", "DATA-ROOT", "DATA-PUBLISHED", "DATA-DESKTOP")


def others(path: str, **changed) -> Directories:
    """The healthy directories with one of them changed."""
    kept = tuple(each for each in HEALTHY["directories"].others if each.path != path)
    return Directories(others=(*kept, Directory(path=path, **changed)))


@pytest.mark.parametrize("rule", RULES)
def test_a_clean_guest_passes_and_an_unread_one_is_unknown(rule):
    assert guest_finding(rule).outcome is Outcome.PASS
    assert guest_finding(rule, directories=untold(Directories)).outcome is Outcome.UNKNOWN
    cut = partly(Directories, HEALTHY["directories"])
    assert guest_finding(rule, directories=cut).outcome is Outcome.UNKNOWN


def test_a_home_is_told_with_size_count_age_and_the_biggest_in_it():
    found = guest_finding("DATA-HOME", directories=Directories(homes=(SKELETON, ALICE)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == (
        "Will be in the image: /home/alice (1.2 GiB, 340 files, newest of 2026-10-30, most in survey)."
    )
    assert command_of(found) == "sudo du -xsh -- /home/alice"


def test_skeleton_files_and_caches_are_nobodys():
    assert guest_finding("DATA-HOME", directories=Directories(homes=(SKELETON,))).outcome is Outcome.PASS


def test_a_home_on_a_mount_of_its_own_is_not_in_the_image():
    away = ALICE.model_copy(update={"separate": True})
    assert guest_finding("DATA-HOME", directories=Directories(homes=(away,))).outcome is Outcome.PASS
    mounts = Mounts(mounts=(Mount(point="/home", source="nas:/home", fs_type="nfs4"),))
    assert guest_finding("DATA-HOME", directories=Directories(homes=(ALICE,)), mounts=mounts).outcome is Outcome.PASS


def test_a_home_that_could_not_be_read_is_unknown_and_one_found_is_at_least():
    closed = Directory(path="/home/bob", owner="bob", incomplete="only root may read it")
    found = guest_finding("DATA-HOME", directories=Directories(homes=(closed,)))
    assert found.outcome is Outcome.UNKNOWN
    assert "/home/bob (only root may read it)" in found.evidence
    slow = ALICE.model_copy(update={"incomplete": "time was up"})
    assert "at least 1.2 GiB" in guest_finding("DATA-HOME", directories=Directories(homes=(slow,))).evidence


def test_the_desktop_is_told_by_names_whatever_its_language():
    desktop = Desktop(path="/home/alice/Schreibtisch", owner="alice", names=("a.ods", "b.desktop", "c", "d"))
    found = guest_finding("DATA-DESKTOP", directories=Directories(desktops=(desktop,)))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == "Will be in the image: /home/alice/Schreibtisch: a.ods, b.desktop, c and 1 more."
    assert command_of(found) == "sudo cp -a -t /etc/skel -- /home/alice/Schreibtisch"
    empty = Desktop(path="/home/alice/Desktop")
    assert guest_finding("DATA-DESKTOP", directories=Directories(desktops=(empty,))).outcome is Outcome.PASS


@pytest.mark.parametrize(
    "rule, path, severity",
    [
        ("DATA-MNT", "/mnt", Severity.WARN),
        ("DATA-ROOT", "/root", Severity.WARN),
        ("DATA-TMP", "/tmp", Severity.INFO),
        ("DATA-TMP", "/var/tmp", Severity.INFO),
    ],
)
def test_other_directories_are_told_unless_they_are_mounts(rule, path, severity):
    found = guest_finding(rule, directories=others(path, size_kib=2048, files=3, own_files=3))
    assert (found.outcome, found.severity) == (Outcome.FAIL, severity)
    assert f"{path} (2.0 MiB, 3 files)" in found.evidence
    mount = others(path, size_kib=2048, files=3, own_files=3, separate=True)
    assert guest_finding(rule, directories=mount).outcome is Outcome.PASS


def test_a_tmp_in_memory_is_not_in_the_image():
    mounts = Mounts(mounts=(Mount(point="/tmp", source="tmpfs", fs_type="tmpfs"),))
    assert guest_finding("DATA-TMP", directories=others("/tmp", own_files=3), mounts=mounts).outcome is Outcome.PASS


def test_everybodys_files_are_counted_and_block_only_beyond_the_project():
    homes = Directories(homes=(ALICE, SKELETON))
    found = guest_finding("DATA-PUBLISHED", directories=homes)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert found.evidence == (
        "340 files (1.2 GiB) of 1 user will be readable by everybody in this project who launches it: alice."
    )
    shared = {"request": request(visibility=Visibility.SHARED)}
    assert guest_finding("DATA-PUBLISHED", directories=homes, around=shared).blocks
    assert guest_finding("DATA-PUBLISHED", around=shared).outcome is Outcome.PASS


def test_an_unread_home_keeps_the_count_unknown():
    closed = Directory(path="/home/bob", incomplete="only root may read it")
    assert guest_finding("DATA-PUBLISHED", directories=Directories(homes=(closed,))).outcome is Outcome.UNKNOWN


def test_hostile_names_stay_one_short_line():
    many = tuple(ALICE.model_copy(update={"path": f"/home/{'x' * 300}{at}"}) for at in range(50))
    for rule in ("DATA-HOME", "DATA-PUBLISHED"):
        assert len(guest_finding(rule, directories=Directories(homes=many)).evidence) <= 150
