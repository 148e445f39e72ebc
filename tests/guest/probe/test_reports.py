"""A report is untrusted: what does not fit is refused with a reason, and no text of it can harm a terminal."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.guest.deep_check.source_facts import SelfReport, of_the_source
from imaging.guest.probe import PARTS
from imaging.guest.report import read_report
from models.errors import BadProbeError
from models.fact import IncompleteCode, UnknownCode
from models.findings import Source
from models.guest.facts import GuestFacts, InspectionMethod
from tests.guest.probe.running import NOW
from tests.support.examples import examples
from tests.support.known import known, present

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202e\u2028]")


def envelope(**changed: Any) -> dict[str, Any]:
    return {
        "schema": "imaging-probe", "version": 1, "nonce": "abc", "user": "ubuntu", "uid": 0,
        "started": int(NOW.timestamp()) - 9, "ended": int(NOW.timestamp()) + 60, "parts": {}, **changed,
    }  # fmt: skip


def part(*rows: list[Any], **changed: Any) -> dict[str, Any]:
    return {"state": "ok", "why": "", "incomplete": "", "rows": [list(row) for row in rows], **changed}


def framed(document: Any, nonce: str = "abc") -> bytes:
    text = document if isinstance(document, str) else json.dumps(document)
    return f"\n@@imaging-probe-begin {nonce}\n{text}\n@@imaging-probe-end {nonce} 0\n".encode()


def read(output: bytes, nonce: str | None = "abc", method: InspectionMethod = InspectionMethod.SSH) -> GuestFacts:
    return read_report(output, nonce=nonce, method=method, now=NOW)


def test_a_report_says_who_inspected_and_how_long_it_took():
    facts = read(framed(envelope()))
    assert (facts.user, facts.as_root, facts.seconds, facts.clock_off_seconds) == ("ubuntu", True, 69.0, 60.0)
    assert (facts.read_at, facts.system.unknown_because) == (NOW, "the probe did not tell")


def test_banners_before_and_after_do_no_harm():
    output = b"Welcome!\r\nlast login: \xff\x1b[2J" + framed(envelope()) + b"Have a nice day\n"
    assert read(output.replace(b"\n", b"\r\n")).user == "ubuntu"


def test_the_last_of_several_reports_counts_where_no_mark_is_asked_for():
    assert read(framed(envelope(user="old")) + framed(envelope(user="new", nonce="b"), "b"), nonce=None).user == "new"


@pytest.mark.parametrize(
    "output, why",
    [
        (b"", "It is empty"),
        (b"sudo: a password is required\n", "holds no report"),
        (framed(envelope())[:-40], "cut off"),
        (framed(envelope(), nonce="other"), "somebody else's"),
        (framed(envelope(nonce="other")), "another mark"),
        (framed("not JSON"), "does not fit"),
        (framed("[" * 100_000), "does not fit"),
        (framed({"hello": "world"}), "does not fit"),
        (framed(envelope(schema="openstack-guest")), "does not fit at schema"),
        (framed(envelope(version=2)), "does not fit at version"),
        (framed(envelope(uid="0")), "does not fit at uid"),
        (framed(envelope(uid=True)), "does not fit at uid"),
        (framed(envelope(started=10**30)), "does not fit at started"),
        (framed(envelope(more="fields")), "does not fit at more"),
        (framed(envelope(parts={"system": part(state="fine")})), "does not fit at parts.system.state"),
        (framed(envelope(parts={"system": part(["kernel", 6])})), "does not fit at parts.system.rows"),
        (framed(envelope(parts={"system": part([])})), "does not fit at parts.system.rows"),
        (framed(envelope(parts={"system": part(*[["a"]] * 5_001)})), "does not fit at parts.system.rows"),
        (framed(envelope(parts=[])), "does not fit at parts"),
        (b"@@imaging-probe-begin abc\n" * 2_000, "cut off"),
        (b"x" * 9_000_001, "too large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_report_is_refused_with_a_reason(output, why):
    with pytest.raises(BadProbeError, match=why):
        read(output)


@pytest.mark.parametrize(
    "lie",
    [
        b"".join(b"@@imaging-probe-begin n%d\n" % number for number in range(900)) + b"x\n" * 4_400_000,
        b"@@imaging-probe-begin abc\n" * 300_000,
        b"@@imaging-probe-begin abc\n" + b"@@imaging-probe-end abd 0\n" * 300_000,
        b"@@imaging-probe-begin abc\n" + b"[" * 8_000_000 + b"\n@@imaging-probe-end abc 0\n",
    ],
    ids=["beginnings of others", "beginnings", "ends of others", "brackets"],
)
def test_a_lie_is_seen_through_quickly_however_it_is_made(lie):
    begun = time.monotonic()
    with pytest.raises(BadProbeError):
        read(lie)
    assert time.monotonic() - begun < 5


def test_of_a_report_that_was_begun_twice_the_second_counts():
    assert read(b"@@imaging-probe-begin abc\n" + framed(envelope())).user == "ubuntu"


def test_a_refusal_repeats_nothing_of_what_stood_there():
    with pytest.raises(BadProbeError) as refused:
        read(framed(envelope(uid="hunter2\x1b[2J", **{"evil\x1b[2J": 1})))
    assert "hunter2" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_a_part_that_could_not_be_read_says_why_in_clean_words():
    facts = read(framed(envelope(parts={"disks": part(state="unknown", why="no\x1b[2J lsblk\n" + "x" * 900)})))
    assert present(facts.disks.unknown_because).startswith("no lsblk\N{REPLACEMENT CHARACTER}xxx")
    assert len(present(facts.disks.unknown_because)) == 300
    assert facts.disks.source is Source.GUEST


def test_rows_that_do_not_fit_make_a_part_incomplete_and_the_others_count():
    rows = (["use", "nonsense"], ["use"], ["use", "/dev/vda1 ext4 9 8 1 89% /"])
    facts = read(framed(envelope(parts={"disks": part(*rows, incomplete="time was up")})))
    assert facts.disks.incomplete_because == "time was up; 2 rows could not be read"
    assert facts.disks.incomplete_code is IncompleteCode.CUT_SHORT
    assert known(facts.disks).file_systems[0].used_kib == 8


@pytest.mark.parametrize("words", ["time was up", "it ended early", "said in other words", "3 rows could not be read"])
@pytest.mark.parametrize("cut", [0, 1])
def test_whether_a_part_was_cut_short_is_told_by_a_flag_and_never_by_words(words: str, cut: int):
    facts = read(framed(envelope(parts={"disks": part(incomplete=words, cut=cut)})))
    assert facts.disks.incomplete_because == words
    assert facts.disks.incomplete_code is (IncompleteCode.CUT_SHORT if cut else None)


def test_a_part_of_a_later_probe_is_left_alone():
    assert read(framed(envelope(parts={"tomorrow": part(["a", "b"])}))).user == "ubuntu"


def test_a_deep_check_knows_nothing_of_what_runs():
    parts = {
        "mounts": part(["mount", "ext4", "/dev/vda1", "/", "rw", "/"]),
        "services": part(["unit", "active", "ssh.service"], ["process", "1", "root", "systemd", "/x"]),
    }
    facts = of_the_source(read(framed(envelope(parts=parts)), method=InspectionMethod.DEEP_CHECK), SelfReport())
    assert facts.mounts.unknown_code is UnknownCode.NEEDS_SSH
    services = known(facts.services)
    assert (services.runs, services.processes, [unit.active for unit in services.units]) == (False, (), [""])


def texts(value: Any):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from (*texts(key), *texts(each))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from texts(each)


KINDS = """release semaphore instance identity btime device below mounted use health grow mount swap user complete
fstab crypttab
unit unit-state pv array runs file listener process link setting disabled status result instances user-data secret lease
effective config host-key tool loaded live saved asked ufw zone grub bls kernelopts default builtin module initramfs
kernel running pages crash"""


FIELD = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=30),
    st.text(max_size=20),
    st.sampled_from(
        ["{", '{"v1":{"errors":[[1]]}}', "iptables", "nft", "-A INPUT -j DROP", "0100007F:0016", "AAAA", "known"]
    ),
    st.sampled_from(["", "/", "-", "0", "1", "9" * 30, "1700000000", "vda1", "/dev/vda1", "ext4", 'NAME="x"', "\x01"]),
)
ROW = st.builds(lambda kind, rest: [kind, *rest], st.sampled_from(KINDS.split()) | FIELD, st.lists(FIELD, max_size=8))
PART = st.builds(part).flatmap(lambda _: st.lists(ROW, max_size=12)).map(lambda rows: part(*rows))


@settings(max_examples=examples(300), deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(PARTS)), PART, max_size=6), st.sampled_from(InspectionMethod))
def test_any_rows_give_facts_with_clean_texts(parts, method):
    facts = read(framed(envelope(parts=parts)), method=method)
    assert not [text for text in texts(facts.model_dump(mode="json")) if CONTROL.search(text)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=examples(300), deadline=None)
@given(st.fixed_dictionaries({}, optional=dict.fromkeys(envelope(), JSON)) | JSON)
def test_any_json_is_refused_or_read(document):
    try:
        read(framed(document))
    except BadProbeError:
        return


@settings(max_examples=examples(300), deadline=None)
@given(st.binary(max_size=200), st.booleans())
def test_any_bytes_are_refused_or_read(noise, inside):
    output = framed(envelope())
    try:
        read(output[:60] + noise + output[60:] if inside else noise)
    except BadProbeError:
        return
