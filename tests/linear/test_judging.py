"""Judging what a guest says about itself takes time in proportion to what it says."""

from __future__ import annotations

from functools import cache

import pytest

from imaging.guest.report import read_report
from imaging.guest.report.readers.parts import PARTS
from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.next_boot.fstab import Table
from imaging.guidelines.profiles import load_profile
from models.guest.disks import Disks
from models.guest.facts import GuestFacts, InspectionMethod
from models.guest.mounts import FstabEntry
from models.guidelines.profile import Profile
from tests.guest.probe.test_reports import envelope, framed, part
from tests.guidelines.building import NOW, facts
from tests.linear import reports
from tests.linear.timing import growth


@cache
def profile() -> Profile:
    return load_profile("jetstream")


def guest(part_name: str, rows: list[list[str]]) -> GuestFacts:
    """A real guest, of which one part has these rows."""
    parts = {name: part(*reports.real_rows()[name]) for name in PARTS} | {part_name: part(*rows)}
    return read_report(framed(envelope(parts=parts)), nonce="abc", method=InspectionMethod.SSH, now=NOW)


@pytest.mark.parametrize("name", PARTS)
def test_a_guest_with_many_rows_of_a_part_is_judged_in_time_in_proportion(name):
    def work_on(number: int):
        seen = facts(guest=guest(name, reports.many_different_rows(name, number)), now=NOW)
        return lambda: judge(seen, profile())

    assert growth(work_on, 300) <= 7


def test_lines_of_fstab_that_all_stand_on_each_other_are_told_apart_in_time_in_proportion():
    """Each of them an overlay of all the others: there are more ways through them than anybody could go."""

    def work_on(number: int):
        layers = "lowerdir=" + ":".join(f"/m{at}" for at in range(min(number, 40)))
        entries = tuple(
            FstabEntry(line=at, source="overlay", point=f"/m{at}", fs_type="overlay", options=(layers,), text="x")
            for at in range(number)
        )
        return lambda: [Table(entries, Disks()).where(entries[0]) for _ in range(3)]

    assert growth(work_on, 40) <= 7


def test_mounts_in_mounts_in_mounts_are_no_error():
    points = ["/" + "/".join("a" * depth) for depth in range(1, 1_500)]
    entries = tuple(
        FstabEntry(line=at, source="tmpfs", point=point, fs_type="tmpfs", text="x") for at, point in enumerate(points)
    )
    table = Table(entries, Disks())
    assert [table.where(entry) for entry in reversed(entries)]
