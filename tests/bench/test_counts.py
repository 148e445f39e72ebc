"""How the benchmarks count: a wrong sum would be believed."""

from __future__ import annotations

import pytest

from bench.results import Number, as_table, percentile, ratio
from bench.whole_run import Span, busy


def change(moment, before, after, *, thing="a", kind="server", field="task_state"):
    return {"id": thing, "kind": kind, "field": field, "from": before, "to": after, "moment": moment}


def test_the_cloud_is_at_work_from_the_first_change_to_the_return_to_rest():
    log = [change(10, None, "image_snapshot"), change(12, "image_snapshot", "image_uploading")]
    assert busy([*log, change(20, "image_uploading", None)]) == [Span(10, 20)]


def test_work_at_the_same_time_is_counted_once():
    log = [
        change(10, None, "image_uploading"),
        change(12, "queued", "saving", thing="i", kind="image", field="status"),
        change(18, "saving", "active", thing="i", kind="image", field="status"),
        change(20, "image_uploading", None),
    ]
    assert busy(log) == [Span(10, 20)]


def test_a_machine_that_was_launched_is_at_work_until_its_guest_has_booted():
    assert busy([change(30, "building", "active", field="vm_state")]) == [Span(30, 36)]


@pytest.mark.parametrize("percent, expected", [(50, 10), (95, 19), (100, 20)])
def test_a_percentile_is_the_value_that_so_many_do_not_exceed(percent, expected):
    assert percentile(list(range(1, 21)), percent) == expected


def test_a_ratio_is_that_of_the_medians():
    assert ratio("start", [1.0, 9.0, 2.0], [4.0, 4.0, 40.0], names="ours / theirs").value == 0.5


def test_what_could_not_be_measured_has_no_number():
    assert as_table([Number("start", None, "x", "<= 1 x", "no openstack")]).splitlines()[1].split() == [
        *("start", "-", "<=", "1", "x", "no", "openstack"),
    ]
