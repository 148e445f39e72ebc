"""The report of a test instance as it is read: all that a guest writes is bounded and cleaned."""

from __future__ import annotations

import base64
import gzip
import random

import pytest

from imaging.guest.confined_reading.client import read_works_confined
from imaging.guest.deep_check.chunks import WIDTH, checksum
from imaging.guest.works import WORKS_WORD, read_works_report
from models.errors import BadProbeError, ImagingError
from models.works.report import WorksReport
from tests.guest.probe.running import NOW
from tests.linear.timing import growth

NONCE = "0123456789abcdef"


def console(*rows: str, raw: bytes | None = None, word: str = WORKS_WORD) -> str:
    """What a console shows of a report with these rows."""
    text = "\n".join((f"imaging-works 1 {NONCE}", *rows, "end")) + "\n"
    packed = base64.b64encode(gzip.compress(raw if raw is not None else text.encode())).decode()
    pieces = [packed[at : at + WIDTH] for at in range(0, len(packed), WIDTH)]
    return "".join(
        f"{word} {NONCE} {number}/{len(pieces)} {checksum(f'{number}/{len(pieces)} {piece}')} {piece}\n"
        for number, piece in enumerate(pieces, 1)
    )


def read(*rows: str) -> WorksReport:
    return read_works_report(console(*rows), nonce=NONCE, now=NOW)


def test_facts_without_a_boot_belong_to_none():
    assert read("checked", "mount yes needed / /dev/vda1", "test given 0 - 1 0 x", "|x", "+ok") == WorksReport()


@pytest.mark.parametrize("boot", ["0", "3", "-1", "1 2", "one", ""])
def test_a_boot_of_another_number_is_none(boot: str):
    assert read(f"boot {boot}", "checked") == WorksReport()


@pytest.mark.parametrize(
    "row",
    [
        "root-bytes 99999999999999999999999",
        "root-bytes -1",
        "root-disk 0x10",
        "prompt-ms nan",
        "machine-id-word perhaps",
        "clock maybe",
        "settled 1",
        "route",
        "socket tcp nonsense",
        "socket tcp 1.2.3.4:99999999",
        "socket-hex tcp zz:0016",
        "socket-hex tcp 00000000:10000",
        "socket-hex tcp 00:0016",
        "key root nonsense other login",
        "mount yes",
        "test given 0",
        "test other 0 - 0 0 x",
        "because nothing",
    ],
)
def test_a_row_that_is_none_tells_nothing(row: str):
    boot = read("boot 1", row).boots[0]
    unset = {"root_bytes", "root_disk_bytes", "power_on_to_prompt_seconds", "machine_id_own", "clock_synchronised",
             "settled", "has_default_route"}  # fmt: skip
    assert all(getattr(boot, name) is None for name in unset)
    assert not boot.sockets
    assert not boot.keys
    assert not boot.mounts
    assert not boot.tests


def test_a_test_that_did_not_end_has_no_status():
    (test,) = read("boot 1", "test given 999 - 1 0 x").boots[0].tests
    assert test.status is None


def test_none_of_several_tests_of_one_name_stands_in_the_place_of_another():
    rows = ("test image 1 - 1 0 pr??fung", "test image 0 - 1 0 pr??fung", "test given 0 - 1 0 pr??fung")
    (boot,) = read("boot 1", *rows, "output 1 1 -", "|first").boots
    assert [(each.name, each.status) for each in boot.tests] == [("pr??fung", 1), ("pr??fung (2)", 0), ("pr??fung", 0)]
    assert boot.tests[0].output == ("first",)


def test_output_of_a_test_that_is_not_there_is_left_out():
    rows = ("boot 1", "test given 0 - 0 0 one", "output 1 1 -", "|a", "output 1 2 -", "|b", "output 2 1 -", "|c",
            "output x y z", "|d", "output 1 0 -", "|e")  # fmt: skip
    assert [test.output for test in read(*rows).boots[0].tests] == [("a",)]


def test_what_was_printed_is_masked_once_more():
    (test,) = (
        read("boot 1", "test given 0 - 0 0 x", "output 1 1 -", "|password=hunter2", "+ok 1 - password=hunter2")
        .boots[0]
        .tests
    )
    assert "hunter2" not in str(test)


def test_ranges_of_parts_are_told_in_full():
    rows = ("~ok 1 2", "~skip 3 3", "+not ok 4 - x", "~todo 5 5", "~not 6 6", "~odd 7 8", "~ok x y", "~ok 9 8")
    (test,) = read("boot 1", "test given 1 - 0 0 x", "output 1 1 -", *rows).boots[0].tests
    assert test.tap == ("ok 1", "ok 2", "ok 3 # SKIP", "not ok 4 - x", "not ok 5 # TODO", "not ok 6")


def test_a_range_without_end_is_bounded():
    rows = [f"~ok {number} {number + 4_000}" for number in range(0, 999_999, 4_001)]
    (test,) = read("boot 1", "test given 0 - 0 0 x", "output 1 1 -", *rows).boots[0].tests
    assert len(test.tap) <= 5_001


def test_lists_without_end_are_bounded():
    rows = [f"enabled-unit u{number}.service" for number in range(8_000)]
    assert len(read("boot 1", *rows).boots[0].enabled_units or ()) <= 400
    assert len(read("boot 1", *(f"test given 0 - 0 0 t{number}" for number in range(5_000))).boots[0].tests) <= 200


def test_nothing_that_a_guest_says_can_move_a_cursor():
    rows = ("failed-unit \x1b]0;x\x07y", "host-name \x9b1A", "test given 0 - 0 0 \x1b[1m", "output 1 1 -")
    report = read("trouble \x1b[2J\u202eodd", "boot 1", *rows, "|\x1b[31m\x00\x08")
    assert "\x1b" not in report.model_dump_json()
    assert "\\u001b" not in report.model_dump_json()
    assert "\u202e" not in report.model_dump_json()


@pytest.mark.parametrize(
    "raw, why",
    [
        (b"imaging-works 1 other\nend\n", "does not begin as one"),
        (b"imaging-proof 1 0123456789abcdef\nend\n", "does not begin as one"),
        (f"imaging-works 1 {NONCE}\nboot 1\n".encode(), "its end is missing"),
        (f"imaging-works 1 {NONCE}\n".encode() + b"x\n" * 70_000 + b"end\n", "far too long"),
        (b"\xff" * 5_000_000, "far too long"),
    ],
)
def test_what_is_no_report_is_refused(raw: bytes, why: str):
    with pytest.raises(BadProbeError, match=why):
        read_works_report(console(raw=raw), nonce=NONCE, now=NOW)


def test_the_lines_of_another_report_are_left_alone():
    text = console("boot 1") + console("boot 2", word="@@imaging-inventory") + console("boot 2", word="@@imaging-proof")
    assert [boot.number for boot in read_works_report(text, nonce=NONCE, now=NOW).boots] == [1]


def test_the_newest_whole_report_counts():
    text = console("boot 1", "host-name a") + console(
        "boot 1", "host-name a", "boot 2", *(f"enabled-unit {n:x}" for n in range(99))
    )
    assert len(read_works_report(text, nonce=NONCE, now=NOW).boots) == 2
    half = text[: -len(text) // 6]
    assert len(read_works_report(half, nonce=NONCE, now=NOW).boots) == 1


async def test_it_is_read_in_a_process_of_its_own_to_the_same_end():
    text = console("boot 1", "checked", "fstab", "mount yes needed / /dev/vda1", "test given 3 - 1 0 x", "tests-ended")
    assert await read_works_confined(text, nonce=NONCE, now=NOW) == read_works_report(text, nonce=NONCE, now=NOW)
    with pytest.raises(BadProbeError, match="printed no report"):
        await read_works_confined("nothing", nonce=NONCE, now=NOW)


WORDS = [
    "boot 1", "boot 2", "output 1 1 cut", "test given 0 - 1 0 x", "mount", "key", "socket", "socket-hex", "because",
    "name-server", "outside", "~ok", "+ok", "|", "cloud-init-result {", "cloud-init-status }", "root-bytes", "trouble",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_rows_of_any_kind_are_read_or_refused(seed: int):
    made = random.Random(seed)
    rows = []
    for _ in range(200):
        noise = "".join(
            chr(made.choice([32, 48, 49, 58, 91, 93, 92, 34, 123, 127, 255, 0x202E, 0x1B])) for _ in range(20)
        )
        rows.append(f"{made.choice(WORDS)} {noise}")
    try:
        report = read(*rows)
    except ImagingError:
        return
    assert WorksReport.model_validate_json(report.model_dump_json()) == report


@pytest.mark.parametrize(
    "row",
    ["mount yes needed {} x", "key root " + "a" * 64 + " other login {}", "|{}", "+ok 1 {}", "cloud-init-result {}"],
)
@pytest.mark.parametrize("unit", ["\\040", "a=", "@:", "#", "\x1b[", "key="])
def test_four_times_as_much_takes_not_much_more_than_four_times_as_long(row: str, unit: str):
    def reading(size: int):
        text = console("boot 1", "test given 0 - 0 0 x", "output 1 1 -", *[row.format(unit * 200)] * size)
        return lambda: read_works_report(text, nonce=NONCE, now=NOW)

    assert growth(reading, 20) <= 6
