"""What test instances of the demonstration cloud say about two boots, read and judged as the console does it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from imaging.democloud.guests.recording import load
from imaging.democloud.seed import names
from imaging.guest.works import read_works_report, unusable_public_key, works_user_data
from imaging.guidelines.works.judge import Tested, judge
from models.errors import BadProbeError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.guest.services import Services, Unit
from models.verdict import DeadEnd, Strength, Verdict, VerdictWord
from models.works.report import WorksReport
from models.works.test_file import TestFile, WorkTests
from models.works.verdict import WorksVerdict, WorksWord
from tests.democloud.talking import Talk
from tests.support.demo import DemoCloud

NONCE = "0123456789abcdef"
GIB = 1024**3
NOW = datetime(2026, 11, 22, tzinfo=UTC)
TAP = TestFile(name="tables.sh", text="#!/bin/sh\necho 1..2\necho 'ok 1 - opens'\necho 'ok 2 - reads'\n")
PLAIN = TestFile(name="check.sh", text="#!/bin/sh\necho fine\n")
PLACES = ("cloud.example:5000",)


@pytest.fixture
def nora(held: DemoCloud) -> Talk:
    """Who owns the instances that are spoilt."""
    return Talk.log_in(held, names.PHYSICIAN, names.CLINIC_PROJECT)


def source() -> GuestFacts:
    """What an inspection tells about the services of all of these instances."""
    rows = load("web-01").rows("services")
    active = {row[2]: row[1] for row in rows if row[0] == "unit"}
    enabled = [row[2] for row in rows if row[:2] == ["file", "enabled"]]
    units = tuple(Unit(name=each, enabled="enabled", active=active.get(each, "")) for each in enabled)
    return GuestFacts(read_at=NOW, services=Fact[Services](value=Services(units=units)))


def text_of(nora: Talk, image: str, *tests: TestFile, flavor: str = "m3.tiny", seconds: float = 60) -> str:
    """What the console of a test instance of that image has shown after so many seconds."""
    data = works_user_data(
        WorkTests(files=tests),
        nonce=NONCE,
        marker="#!/bin/sh\necho marker\n",
        public_key=unusable_public_key(NONCE),
        outside=PLACES,
    )
    networks = [{"uuid": names.network_id("clinic-net")}]
    launched = nora.launch(image, user_data=base64.b64encode(data).decode(), flavor=flavor, networks=networks)
    nora.demo.turn(6 + seconds)
    return nora.console(launched)


def report_of(text: str) -> WorksReport:
    return read_works_report(text, nonce=NONCE, now=NOW)


def verdict_on(report: WorksReport, tests: Sequence[TestFile] = (), dead_end: DeadEnd | None = None) -> WorksVerdict:
    second = None
    if dead_end is not None:
        second = Verdict(word=VerdictWord.FAILED, dead_end=dead_end)
    return judge(
        Tested(
            report=report,
            boot=Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG),
            source=source(),
            keeps_machine_id=True,
            second_boot=second,
            image_disk_bytes=20 * GIB,
            tests=WorkTests(files=tuple(tests)),
        )
    )


def test_a_good_image_with_two_tests_works(nora: Talk, held: DemoCloud) -> None:
    text = text_of(nora, nora.image_of(held.server_id("healthy")), PLAIN, TAP)
    verdict = verdict_on(report_of(text), (PLAIN, TAP))
    assert verdict.word is WorksWord.YES
    assert [each.name for each in verdict.tests if each.boot == 2] == ["check.sh", "tables.sh", "10-pages", "20-gpu"]
    assert verdict.open == ("root-size", "boot-time", "20-gpu (boot 1)", "20-gpu (boot 2)")


SPOILT = {
    "first-boot-alone": "failed-units",
    "lost-unit": "lost-units",
    "dead-name-server": "name-servers",
    "no-growth": "root-size",
}


@pytest.mark.parametrize("name", SPOILT)
def test_an_instance_that_is_spoilt_in_one_way_is_found_by_one_check(nora: Talk, held: DemoCloud, name: str) -> None:
    report = report_of(text_of(nora, nora.image_of(held.server_id(name)), flavor="m3.medium"))
    assert verdict_on(report).failed == (SPOILT[name],)


def test_one_whose_second_boot_breaks_says_nothing_of_it(nora: Talk, held: DemoCloud) -> None:
    text = text_of(nora, nora.image_of(held.server_id("second-boot")))
    assert text.count("Linux version") == 2
    assert "You are in emergency mode." in text
    report = report_of(text)
    assert [boot.number for boot in report.boots] == [1]
    assert verdict_on(report, dead_end=DeadEnd.EMERGENCY_LOCKED).failed == ("second-boot",)


@pytest.mark.parametrize(
    "lines, failed",
    [
        ("exit 3", ("check.sh (boot 1)", "check.sh (boot 2)")),
        ("sleep 600", ("check.sh (boot 1)", "check.sh (boot 2)")),
        ('[ "$IMAGING_BOOT" = 2 ] && exit 1', ("check.sh (boot 2)",)),
        ("echo password: hunter2hunter2", ()),
    ],
    ids=["fails", "hangs", "fails at the second boot", "prints a secret"],
)
def test_a_test_of_the_users_ends_as_it_says(nora: Talk, held: DemoCloud, lines: str, failed: tuple[str, ...]) -> None:
    test = TestFile(name="check.sh", text=f"#!/bin/sh\n{lines}\n")
    text = text_of(nora, nora.image_of(held.server_id("lost-unit")), test)
    assert "hunter2" not in text
    verdict = verdict_on(report_of(text), (test,))
    assert verdict.failed == ("lost-units", *failed)
    assert any(each.secret_printed for each in verdict.tests) == ("password" in lines)


def test_the_first_report_is_there_before_it_restarts_and_both_are_repeated(nora: Talk, held: DemoCloud) -> None:
    image = nora.image_of(held.server_id("healthy"))
    early = text_of(nora, image, seconds=8)
    assert [boot.number for boot in report_of(early).boots] == [1]
    assert f"{NONCE} restarts" not in early
    assert f"@@imaging-works {NONCE} ended" in text_of(nora, image, seconds=25)
    assert text_of(nora, image, seconds=70).count(f"@@imaging-works {NONCE} ended") == 3


def test_one_that_comes_up_in_emergency_mode_tells_nothing(held: DemoCloud, ada: Talk) -> None:
    """Its volume is not there, so nothing is started after the boot."""
    image = ada.image_of(held.server_id("gis-lab"))
    data = works_user_data(
        WorkTests(), nonce=NONCE, marker="#!/bin/sh\n", public_key=unusable_public_key(NONCE), outside=()
    )
    launched = ada.launch(image, user_data=base64.b64encode(data).decode())
    held.turn(70)
    text = ada.console(launched)
    assert "You are in emergency mode." in text
    with pytest.raises(BadProbeError):
        report_of(text)


def test_the_instances_that_are_spoilt_stand_in_a_project_of_their_own(nora: Talk, ada: Talk) -> None:
    def listed(who: Talk) -> set[str]:
        return {each["name"] for each in who.ask("GET", "/compute/v2.1/servers").json()["servers"]}

    assert listed(nora) == {*SPOILT, "second-boot", "healthy"}
    assert not listed(nora) & listed(ada)
