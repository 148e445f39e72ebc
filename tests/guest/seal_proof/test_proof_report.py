"""What is read of a console on which a test instance reports, or which pretends that it does."""

from __future__ import annotations

import base64
import gzip

import pytest

from imaging.guest.deep_check.chunks import WIDTH, checksum
from imaging.guest.seal_proof.needles import Needle, NeedleKind, Needles
from imaging.guest.seal_proof.proof_report import of_names, proof_listener, read_proof_report
from models.errors import BadProbeError
from models.seal.report import CanaryClass
from tests.guest.seal_proof.proving import NONCE, counts

WHOLE = """trouble it was slow
needle account /home/alice.smith
needle odd-kind /etc/x
searched 12
held student1
control yes
canary home 0
canary log 2
canary swap unknown
boot 1
machine-id 01234567
host-key aa
host-key bb
failed-unit x.service
enabled-unit survey.service
boot 2
machine-id 01234567
"""


def pieces(report: str, nonce: str = NONCE, word: str = "@@imaging-proof") -> list[str]:
    packed = base64.b64encode(gzip.compress(report.encode(errors="replace"))).decode()
    cut = [packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH)]
    return [
        f"{word} {nonce} {n}/{len(cut)} {checksum(f'{n}/{len(cut)} {piece}')} {piece}" for n, piece in enumerate(cut, 1)
    ]


def console(body: str = WHOLE, *, head: str = f"imaging-proof 1 {NONCE}\n", end: str = "end\n") -> str:
    return "\n".join(["[ 1.0] boot", *pieces(f"{head}{body}{end}")]) + "\n"


def read(text: str):
    return read_proof_report(text, nonce=NONCE)


def test_all_that_is_said_is_read():
    report = read(console())
    assert report.trouble == "it was slow"
    assert [(each.kind, each.path) for each in report.needles] == [("account", "/home/alice.smith"), ("name", "/etc/x")]
    assert report.needles_searched == 12
    assert report.not_searched == ("student1 (a word of the base system)",)
    assert report.control_seen is True
    assert counts(report) == {CanaryClass.HOME: 0, CanaryClass.LOG: 2, CanaryClass.SWAP: None}
    first, second = report.boots
    assert first.host_key_digests == ("aa", "bb")
    assert (first.failed_units, first.enabled_units) == (("x.service",), ("survey.service",))
    assert (second.number, second.machine_id_digest, second.enabled_units) == (2, "01234567", ())


@pytest.mark.parametrize("nonce", ["0" * 16, NONCE[:-1], f"{NONCE}0", NONCE.upper()])
def test_a_report_with_another_nonce_is_none(nonce):
    other = "\n".join(pieces(f"imaging-proof 1 {NONCE}\n{WHOLE}end\n", nonce))
    with pytest.raises(BadProbeError):
        read(other)


def test_a_report_of_another_kind_is_none():
    other = "\n".join(pieces(f"imaging-proof 1 {NONCE}\n{WHOLE}end\n", word="@@imaging-deep"))
    with pytest.raises(BadProbeError):
        read(other)


@pytest.mark.parametrize(
    "text, why",
    [
        ("", "printed no report"),
        (console(end=""), "its end is missing"),
        (console(head=f"imaging-proof 1 {NONCE}0\n"), "does not begin"),
        (console(head=""), "does not begin"),
        (console(f"x{'y' * 500_000}\n"), "far too long"),
        (console("x\n" * 5_000), "far too long"),
    ],
)
def test_what_is_no_whole_report_is_refused(text, why):
    with pytest.raises(BadProbeError, match=why):
        read(text)


def test_a_report_that_is_cut_in_the_middle_is_refused():
    lines = pieces(f"imaging-proof 1 {NONCE}\n{WHOLE}end\n")
    assert len(lines) > 1
    with pytest.raises(BadProbeError, match="not complete: 2"):
        read("\n".join([lines[0], lines[1][:-3], *lines[2:]]))


def test_why_it_gave_up_is_told():
    with pytest.raises(BadProbeError, match="it lacks awk"):
        read(f"@@imaging-proof {NONCE} began\n@@imaging-proof {NONCE} failed it lacks awk\n")


def test_the_later_of_two_reports_is_read():
    first = console("boot 1\n")
    both = first + console()
    assert len(read(both).boots) == 2


def test_a_class_that_was_found_stays_found_whatever_else_is_said_of_it():
    report = read(
        console("canary home 0\ncanary home 3\ncanary home 0\ncanary log 0\ncanary log unknown\ncanary log 0\n")
    )
    assert counts(report) == {CanaryClass.HOME: 3, CanaryClass.LOG: None}


def test_a_control_that_was_missed_once_is_missed():
    assert read(console("control no\ncontrol yes\n")).control_seen is False
    assert read(console("control maybe\n")).control_seen is None
    assert read(console("")).control_seen is None


def test_a_search_that_did_not_end_is_unknown_even_if_it_counts():
    report = read(console("unsearched time was up\nsearched 12\n"))
    assert report.needles_searched is None
    assert "time was up" in report.trouble


@pytest.mark.parametrize("number", ["-1", "1.0", "0x1", "٣", "1" * 40, "", " 1"])
def test_what_is_no_count_is_unknown(number):
    report = read(console(f"canary home {number}\nsearched {number}\nboot {number}\n"))
    assert counts(report) == {CanaryClass.HOME: None}
    assert report.needles_searched is None
    assert report.boots == ()


def test_what_belongs_to_no_boot_or_no_class_is_left_out():
    report = read(console("machine-id x\nhost-key y\ncanary attic 3\nnonsense\n\n"))
    assert report.boots == ()
    assert report.canaries == ()


def test_an_endless_number_of_boots_is_bounded():
    assert len(read(console("".join(f"boot {n}\n" for n in range(900)))).boots) == 5


def test_a_growing_console_is_heard_piece_by_piece():
    listener = proof_listener(NONCE)
    for letter in console():
        listener.take(letter)
    assert listener.heard.whole


NAMES = Needles(
    searched=tuple(Needle(kind=NeedleKind.ACCOUNT, text=f"person{n}") for n in range(3)),
    not_searched=("bob (shorter than 6 characters)",),
)


@pytest.mark.parametrize(
    "body, searched",
    [
        ("searched 3\n", 3),
        ("held person1\nsearched 2\n", 2),
        ("searched 2\n", None),
        ("searched 4\n", None),
        ("searched 0\n", None),
        ("unsearched x\nsearched 3\n", None),
    ],
)
def test_a_search_for_other_names_than_those_that_were_given_is_unknown(body, searched):
    found = of_names(read(console(body)), NAMES)
    assert found.needles_searched == searched
    assert bool(found.trouble) is (searched is None)


def test_all_names_that_nobody_searched_for_are_named():
    found = of_names(read(console("held person1\nsearched 2\n")), NAMES)
    assert found.not_searched == ("bob (shorter than 6 characters)", "person1 (a word of the base system)")
