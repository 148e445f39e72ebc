"""Reading what a guest sent comes to an end, and what was not read by then is unknown."""

from __future__ import annotations

from itertools import count

import pytest

from imaging.guest.report import read_report
from imaging.guest.report.report_reader import SECONDS
from imaging.guest.report.rows import LONGEST_ROW
from imaging.runtime.deadline import Deadline, TimeUpError
from models.guest.facts import GuestFacts, InspectionMethod
from tests.guest.probe.running import NOW
from tests.guest.probe.test_reports import envelope, framed, part

LEASES = part(*(["lease", f"/var/lib/dhcp/{number}"] for number in range(100)))
HOST = part(["host", "web"])


def read_by(monotonic, **parts) -> GuestFacts:
    return read_report(
        framed(envelope(parts=parts)), nonce="abc", method=InspectionMethod.SSH, now=NOW, monotonic=monotonic
    )


def test_a_deadline_passes_with_its_clock():
    moments = iter([100.0, 109.0, 110.0, 110.5])
    deadline = Deadline(10, lambda: next(moments))
    deadline.check()
    deadline.check()
    with pytest.raises(TimeUpError):
        deadline.check()


def test_what_was_read_in_time_stays_and_the_rest_is_unknown():
    ticks = count(step=SECONDS / 50)
    facts = read_by(lambda: next(ticks), system=HOST, network=LEASES, accounts=part(["default_user", "ubuntu"]))
    assert facts.system.value is not None
    for fact in (facts.network, facts.accounts):
        assert fact.value is None
        assert fact.unknown_because == "what the guest sent could not be read within 20 seconds"


def test_in_time_everything_is_read():
    facts = read_by(lambda: 0.0, system=HOST, network=LEASES)
    assert facts.network.value is not None
    assert len(facts.network.value.leases) == 100


def test_a_row_that_is_longer_than_the_probe_prints_makes_its_part_incomplete():
    facts = read_by(lambda: 0.0, network=part(["lease", "x" * LONGEST_ROW], ["lease", "/a"]))
    assert facts.network.value is not None
    assert facts.network.value.leases == ("/a",)
    assert facts.network.incomplete_because == "1 rows could not be read"


def test_a_file_that_is_told_twice_does_not_get_the_lines_of_all_of_them():
    file = ["file", "1", "file", "9", "-", "unchanged", "0", "1", "/etc/hosts"]
    facts = read_by(lambda: 0.0, system_files=part(*[file] * 50, *[["line", "1", "x"]] * 50))
    assert facts.system_files.value is not None
    assert len(facts.system_files.value) == 1
    assert facts.system_files.incomplete_because == "49 rows could not be read"
