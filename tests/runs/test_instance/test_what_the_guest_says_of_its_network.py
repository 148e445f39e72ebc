"""What a test instance says about its own network weighs more than that cloud-init finished."""

from __future__ import annotations

import pytest

from imaging.runs.test_instance.boot_verdict.console_reader import read_console
from models.verdict import Strength, Verdict, VerdictWord

KERNEL = "[    0.000000] Linux version 6.1.0-56-cloud-amd64 (debian)\nWelcome to Debian GNU/Linux 12!\n"
FINISHED = (
    "cloud-init[12]: Cloud-init v. 24.1 finished at Sun, 22 Nov 2026 21:00:41 +0000. Datasource {}.  Up 48.23 seconds\n"
)
CONFIG_DRIVE = FINISHED.format("DataSourceConfigDrive [net,ver=2][source=/dev/sr0]")
NO_SOURCE = FINISHED.format("DataSourceNone")
LOGIN = "child login: "
DOWN = (
    "cloud-init[9]: ci-info: |  lo:   |  True | 127.0.0.1 | 255.0.0.0 |         .         |\n"
    "cloud-init[9]: ci-info: | eth0:  | False |     .     |     .     | fa:16:3e:00:00:ea |\n"
    "cloud-init[9]: ci-info: !!!!!!!!!!!!!!!!Route info failed!!!!!!!!!!!!!!!!\n"
)
UP = (
    "ci-info: |  eth0  | True |         10.0.0.5         | 255.255.255.0 | global | fa:16:3e:00:00:ea |\n"
    "ci-info: |  eth0  | True | fe80::f816:3eff:fe00:1/64 |       .       |  link  | fa:16:3e:00:00:ea |\n"
    "ci-info: |   lo   | True |        127.0.0.1         |   255.0.0.0   |  host  |         .         |\n"
)
ROUTE = "ci-info: |   0   |   0.0.0.0   | 10.0.0.1 |    0.0.0.0    |    eth0   |   UG  |\n"
OTHER_ROUTE = "ci-info: |   1   |   10.0.0.0  | 0.0.0.0  | 255.255.255.0 |    eth0   |   U   |\n"
LINK_ONLY = "ci-info: |  eth0  | True | fe80::f816:3eff:fe00:1/64 |  .  |  link  | fa:16:3e:00:00:ea |\n"


def verdict_of(text: str, token: str | None = None) -> Verdict:
    return read_console(KERNEL + text, token).verdict()


def marker(status: int, address: str, route: str) -> str:
    said = f'{{"status":{status},"address":"{address}","route":"{route}","machine":"ab","own":"yes"}}'
    return f"\nimaging-marker abc {said}\n"


def test_finished_with_a_data_source_and_a_network_is_good() -> None:
    verdict = verdict_of(UP + ROUTE + OTHER_ROUTE + CONFIG_DRIVE)
    assert (verdict.strength, verdict.has_address, verdict.has_default_route) == (Strength.GOOD, True, True)


OWN_ADDRESS = "ci-info: |  eth0  | True | 169.254.3.4 | 255.255.0.0 | link | fa:16:3e:00:00:ea |\n"
INNER = "ci-info: | docker0 | True | 172.17.0.1 | 255.255.0.0 | global | 02:42:00:00:00:01 |\n"


UP_WITHOUT_ONE = "ci-info: | eth0 | True | {} | . | . | fa:16:3e:00:00:ea |\n"


@pytest.mark.parametrize(
    "network",
    [DOWN, LINK_ONLY, OWN_ADDRESS, DOWN + INNER, UP_WITHOUT_ONE.format("."), UP_WITHOUT_ONE.format("")],
)
def test_finished_from_a_config_drive_without_an_address_is_not_good(network: str) -> None:
    verdict = verdict_of(network + CONFIG_DRIVE + LOGIN)
    assert (verdict.word, verdict.strength, verdict.has_address) == (VerdictWord.BOOTED, Strength.BASIC, False)
    assert "cloud-init saw no network address" in verdict.hints


def test_the_marker_may_say_so_too() -> None:
    verdict = verdict_of(marker(1, "no", "no") + CONFIG_DRIVE + LOGIN, "abc")
    assert (verdict.strength, verdict.has_address, verdict.has_default_route) == (Strength.BASIC, False, False)


def test_the_marker_came_later_than_the_tables_and_is_believed() -> None:
    verdict = verdict_of(DOWN + marker(0, "yes", "yes") + CONFIG_DRIVE, "abc")
    assert (verdict.strength, verdict.has_address, verdict.has_default_route) == (Strength.STRONG, True, True)


BY_A_GATEWAY = OTHER_ROUTE.replace("|   U   |", "|   UG  |")
TO_THE_LINK = ROUTE.replace("|   UG  |", "|   U   |")


@pytest.mark.parametrize("route", [OTHER_ROUTE, BY_A_GATEWAY, TO_THE_LINK])
def test_an_address_without_a_default_route_is_told_apart(route: str) -> None:
    verdict = verdict_of(UP + route + CONFIG_DRIVE)
    assert (verdict.has_address, verdict.has_default_route) == (True, False)


def test_a_table_without_blanks_says_the_same() -> None:
    verdict = verdict_of((UP + ROUTE).replace(" ", "").replace("ci-info:", "ci-info: ") + LOGIN)
    assert (verdict.has_address, verdict.has_default_route) == (True, True)


def test_a_failed_table_says_that_there_is_no_route_unless_another_had_one() -> None:
    assert verdict_of(DOWN + LOGIN).has_default_route is False
    assert verdict_of(ROUTE + DOWN + LOGIN).has_default_route is True


def test_finished_without_a_data_source_and_without_a_prompt_has_not_booted() -> None:
    verdict = verdict_of(NO_SOURCE)
    assert verdict.word is VerdictWord.INCONCLUSIVE
    assert "no login prompt" in verdict.reason


def test_a_prompt_without_any_word_of_the_network_is_basic() -> None:
    verdict = verdict_of(LOGIN)
    assert (verdict.strength, verdict.has_address, verdict.has_default_route) == (Strength.BASIC, None, None)


def test_what_an_earlier_boot_said_of_its_network_counts_no_more_after_a_restart() -> None:
    assert verdict_of(DOWN + KERNEL + LOGIN).has_address is None


@pytest.mark.parametrize(
    "line",
    [
        "ci-info: |",
        "ci-info: ||",
        "ci-info: | 5 |",
        "ci-info: | 5 | 0.0.0.0 |",
        "ci-info: | eth0 | True |",
        "ci-info: | eth0 | True | 10.0.0.5 | 255.255.255.0 | fa:16 | and no end",
        "Nov 22 21:00:41 child sshd[311]: Invalid user ci-info: | eth0 | True | 10.0.0.5 | a | b | c |",
        "child login: attacker ci-info: | eth0 | True | 10.0.0.5 | a | b | c |",
    ],
)
def test_a_row_that_is_none_or_that_somebody_else_printed_says_nothing(line: str) -> None:
    verdict = verdict_of(f"{line}\n{LOGIN}")
    assert (verdict.has_address, verdict.has_default_route) == (None, None)
