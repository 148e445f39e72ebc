"""Judging what a test instance says about its two boots takes time in proportion to what it says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imaging.guidelines.works.judge import judge
from models.works.outcome import TestOrigin
from models.works.report import KeySeen, MountSeen, NameServerSeen, SocketSeen, TestSaid
from models.works.tap import read_tap
from tests.guidelines.works.reports import BOOT, GOOD, reported
from tests.linear.timing import growth

MANY: dict[str, Callable[[int], Any]] = {
    "mounts": lambda at: MountSeen(source=f"UUID={at}", target=f"/m{at}", mounted=False),
    "keys": lambda at: KeySeen(account="debian", fingerprint=f"SHA256:{at}"),
    "name_servers": lambda at: NameServerSeen(address=f"10.0.{at}.1", by_image=True, answers=False),
    "sockets": lambda at: SocketSeen(protocol="tcp", address="::", port=at),
    "failed_units": lambda at: f"unit-{at}.service",
    "enabled_units": lambda at: f"unit-{at}.service",
    "running_units": lambda at: f"unit-{at}.service",
    "failed_because_of_mount": lambda at: f"unit-{at}.service",
    "host_key_digests": lambda at: f"{at:x}",
    "dhcp_ids": lambda at: f"duid {at:x}",
    "cloud_init_errors": lambda at: f"error {at}",
    "cloud_init_recoverable": lambda at: f"error {at}",
    "outside": lambda at: f"place-{at} answered",
    "tests": lambda at: TestSaid(name=f"test-{at}", origin=TestOrigin.IMAGE, status=1),
}
"""By the field of a boot what it may have many of."""


def test_everything_that_a_boot_may_tell_many_of_is_tried() -> None:
    told = {name for name, value in BOOT.model_dump().items() if isinstance(value, tuple)}
    assert told == set(MANY)


@pytest.mark.parametrize("name", MANY)
def test_a_report_with_many_rows_of_a_kind_is_judged_in_time_in_proportion(name: str) -> None:
    def work_on(number: int) -> Callable[[], object]:
        first, second = (tuple(MANY[name](at) for at in range(begin, begin + number)) for begin in (0, number // 2))
        report = reported({name: first}, {name: second})
        tested = type(GOOD)(**{**vars(GOOD), "report": report, "twin": report, "twins_wanted": True})
        return lambda: judge(tested)

    assert growth(work_on, 300) <= 7


@pytest.mark.parametrize("line", ["ok {}", "not ok {} - a # TODO b", "ok", "1..{}", "# {}", "ok {} " + "# " * 100])
def test_tap_is_read_in_time_in_proportion(line: str) -> None:
    def work_on(number: int) -> Callable[[], object]:
        lines = [line.format(at) for at in range(number)]
        return lambda: read_tap(lines)

    assert growth(work_on, 300) <= 7
