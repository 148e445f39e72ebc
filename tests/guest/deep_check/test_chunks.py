"""Pieces of a report on a console that breaks, mixes, repeats and loses lines."""

from __future__ import annotations

import base64
import gzip

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.guest.deep_check.chunks import LIMIT, WIDTH, WORD, checksum, hear, unpack
from models.errors import BadProbeError
from tests.guest.deep_check.reports import NONCE, console, cut, noise, pieces

CONTENT = f"what the disk holds: {noise(900)}".encode()
LINES = pieces(CONTENT)


def read(text: str, nonce: str = NONCE) -> bytes:
    return unpack(hear(text, nonce))


class TestUnhurt:
    def test_said_once_it_is_whole(self):
        assert read(console(*LINES)) == CONTENT

    def test_said_twice_it_is_the_same(self):
        assert read(console(*LINES, *LINES)) == CONTENT

    def test_the_order_does_not_matter(self):
        assert read(console(*reversed(LINES))) == CONTENT

    def test_every_line_is_short_enough_not_to_be_split(self):
        assert max(len(line) for line in LINES) <= 200

    def test_both_sayings_of_the_longest_report_fit_into_what_libvirt_keeps(self):
        longest = LIMIT // WIDTH + 1
        line = f"{WORD} {NONCE} {longest}/{longest} {2**31 - 2} {'A' * WIDTH}\r\n"
        assert 2 * longest * len(line) < 95 * 1024


class TestBroken:
    @pytest.mark.parametrize("place", [0, 1, len(LINES) // 2, len(LINES) - 1])
    def test_a_line_broken_by_the_kernel_is_taken_from_its_twin(self, place):
        broken = list(LINES)
        middle = len(broken[place]) // 2
        broken[place] = broken[place][:middle] + "[   45.120000] usb 1-1: new device\r\n" + broken[place][middle:]
        assert read(console(*broken, *LINES)) == CONTENT

    def test_other_lines_broken_each_time_leave_a_whole_report(self):
        first, second = list(LINES), list(LINES)
        first[0], second[-1] = first[0][:60], second[-1][:60]
        assert read(console(*first, *second)) == CONTENT

    def test_what_stands_before_a_piece_on_its_line_does_no_harm(self):
        assert read(console(*(f"[ \x1b[0;31m* \x1b[0m] A start job runs{line}" for line in LINES))) == CONTENT

    def test_two_pieces_on_one_line_are_two_pieces(self):
        assert read(console("".join(f"{line} " for line in LINES))) == CONTENT

    def test_a_line_overwritten_by_a_progress_line_is_read_all_the_same(self):
        assert read(console(*(f"{line}\r[K[ *** ] Job" for line in LINES))) == CONTENT

    def test_a_digit_that_was_lost_is_noticed(self):
        hurt = [LINES[0].replace("1/", "2/", 1), *LINES[1:]]
        assert 1 in hear(console(*hurt), NONCE).missing

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_whatever_hits_one_saying_the_other_is_read(self, data):
        text = list("\r\n".join(LINES))
        for _ in range(data.draw(st.integers(0, 20))):
            place = data.draw(st.integers(0, len(text) - 1))
            text[place] = data.draw(st.sampled_from(["", "x", "\n", "\x1b[0m", "@@", "\ufffd"]))
        assert read(console("".join(text), *LINES)) == CONTENT


class TestLost:
    def test_nothing_at_all(self):
        with pytest.raises(BadProbeError, match="printed no report"):
            read("Linux version 6\nlogin:")

    def test_only_begun(self):
        with pytest.raises(BadProbeError, match="started the inspection, but printed no report"):
            read(f"{WORD} {NONCE} began\n")

    def test_the_missing_pieces_are_named(self):
        assert len(LINES) > 6
        with pytest.raises(BadProbeError, match=r"are not complete: 2, 5\."):
            read(console(*(line for at, line in enumerate(LINES, 1) if at not in {2, 5})))

    def test_of_many_missing_pieces_a_few_are_named(self):
        many = pieces(noise(6000).encode())
        with pytest.raises(BadProbeError, match=r": 2, 3, .* and \d+ more\."):
            read(console(many[0], many[-1]))

    def test_why_the_script_gave_up_is_said(self):
        with pytest.raises(BadProbeError, match="could not report: it lacks base64"):
            read(f"{WORD} {NONCE} failed it lacks base64\r\n")

    def test_a_report_for_another_question_is_none(self):
        assert not hear(console(*LINES), "0000").copies


class TestLying:
    def test_chunks_of_two_reports_are_not_mixed(self):
        other = pieces(noise(300, seed=7).encode())
        assert read(console(*other, *LINES)) == CONTENT

    def test_after_a_restart_with_as_many_pieces_the_later_report_counts(self):
        earlier, later = noise(300, 1).encode(), noise(300, 2).encode()
        assert len(pieces(earlier)) == len(pieces(later))
        assert read(console(*pieces(earlier), *pieces(later))) == later

    def test_of_a_later_report_that_breaks_off_the_earlier_one_is_taken(self):
        earlier, later = noise(300, 1).encode(), noise(300, 2).encode()
        assert read(console(*pieces(earlier), *pieces(later)[:2])) == earlier

    def test_a_whole_report_counts_though_a_longer_one_began_after_it(self):
        assert read(console(*LINES, *pieces(noise(3000).encode())[:3])) == CONTENT

    def test_chunks_that_are_no_archive_are_refused(self):
        with pytest.raises(BadProbeError, match="do not fit together"):
            read(console(*cut("AAAA" * 60)))

    def test_a_report_that_unpacks_to_more_than_a_probe_prints_is_refused(self):
        lines = cut(base64.b64encode(gzip.compress(b"\0" * 15_000_000, mtime=0)).decode())
        assert hear(console(*lines), NONCE).whole
        with pytest.raises(BadProbeError, match="do not fit together"):
            read(console(*lines))

    def test_a_total_beyond_every_limit_is_ignored(self):
        line = f"{WORD} {NONCE} 1/9999 {checksum('1/9999 AAAA')} AAAA"
        assert not hear(console(line), NONCE).copies

    def test_a_console_without_end_is_read_in_a_moment(self):
        endless = f"{WORD} {NONCE} 1/2 {checksum('1/2 AAAA')} AAAA " * 200_000
        assert hear(endless, NONCE).total == 2
