"""The clone's report on a console that loses, breaks, repeats and forges lines."""

from __future__ import annotations

import pytest

from imaging.guest.deep_check import chunks
from imaging.guest.seal import WORD, canary_token, control_token, read_seal_report, seal_listener
from models.errors import BadProbeError
from models.seal.plan import OperationId
from models.seal.report import Canary, CanaryClass, OperationResult, SealState
from tests.guest.deep_check.reports import BOOT, document, part
from tests.guest.deep_check.reports import pieces as deep_pieces
from tests.guest.seal.sealing import NONCE, NOW

DIGEST = "0123456789abcdef" * 4
LINES = (
    "state\tsealed",
    f"digest\t{DIGEST}",
    "result\thomes\t40\t0\t",
    "result\thost-keys\t0\t0\tkept: nothing would make new ones",
    "trimmed\tyes",
    "zero_filled\tno",
    "canary\thome\tyes\tno",
    "canary\tdeleted\tyes\tunknown",
    "control\tyes",
    "seconds\t71",
)
PROBED = document({"system": part(["host", "clone"])}, NONCE)
PROBE = f"\n@@imaging-probe-begin {NONCE}\n{PROBED}\n@@imaging-probe-end {NONCE} 0\n"


def framed(*lines: str, nonce: str = NONCE) -> str:
    return (
        f"@@imaging-sealed-begin {nonce} 1\n"
        + "".join(f"{line}\n" for line in lines)
        + f"@@imaging-sealed-end {nonce}\n"
    )


def pieces(content: str, nonce: str = NONCE) -> list[str]:
    return [
        line.replace(chunks.WORD, WORD, 1) for line in deep_pieces(content.encode("utf-8", "surrogateescape"), nonce)
    ]


def console(content: str, *more: str) -> str:
    return (
        "\r\n".join([*BOOT, f"{WORD} {NONCE} began", *pieces(content), f"{WORD} {NONCE} ended", *more, *BOOT]) + "\r\n"
    )


def read(content: str):
    return read_seal_report(console(content), nonce=NONCE, now=NOW)


class TestWhole:
    def test_all_that_it_says_is_read(self):
        report, facts = read(framed(*LINES) + PROBE)
        assert (report.state, report.digest, report.seconds) == (SealState.SEALED, DIGEST, 71)
        assert report.results == (
            OperationResult(id=OperationId.HOMES, before=40, after=0),
            OperationResult(id=OperationId.HOST_KEYS, before=0, after=0, note="kept: nothing would make new ones"),
        )
        assert report.canaries == (
            Canary(kind=CanaryClass.HOME, seen_before=True, seen_after=False),
            Canary(kind=CanaryClass.DELETED, seen_before=True, seen_after=None),
        )
        assert (report.control_seen, report.trimmed, report.zero_filled) == (True, True, False)
        assert facts is not None
        assert facts.as_root

    def test_one_that_failed_says_where_and_has_no_facts(self):
        report, facts = read(framed("state\tfailed", "why\thomes: 2 left of 40", f"digest\t{DIGEST}"))
        assert (report.state, report.why, facts) == (SealState.FAILED, "homes: 2 left of 40", None)
        assert report.control_seen is None

    def test_one_that_found_something_new_names_it(self):
        report, _ = read(framed("state\tchanged", f"digest\t{DIGEST}", "appeared\thome /home/eve"))
        assert (report.state, report.appeared) == (SealState.CHANGED, ("home /home/eve",))

    def test_said_again_with_other_lines_broken_it_is_whole(self):
        lines = pieces(framed(*LINES))
        broken = [lines[0][:50], *lines[1:], *lines]
        assert read_seal_report("\n".join(broken), nonce=NONCE, now=NOW)[0].state is SealState.SEALED

    def test_how_far_it_is_can_be_heard(self):
        listener = seal_listener(NONCE)
        listener.take(
            f"{WORD} {NONCE} began\n{WORD} {NONCE} progress homes\n{WORD} {NONCE} progress reading vda: 40 %\n"
        )
        assert (listener.heard.began, listener.heard.progress, listener.heard.ended) == (
            True,
            "reading vda: 40 %",
            False,
        )


class TestBroken:
    def test_missing_pieces_are_named(self):
        lines = pieces(framed(*LINES) + PROBE)
        with pytest.raises(BadProbeError, match="not complete: 2"):
            read_seal_report("\n".join([lines[0], *lines[2:]]), nonce=NONCE, now=NOW)

    def test_a_clone_that_could_not_begin_says_why(self):
        with pytest.raises(BadProbeError, match="it lacks gzip"):
            read_seal_report(f"{WORD} {NONCE} failed it lacks gzip\n", nonce=NONCE, now=NOW)

    def test_a_clone_that_only_began_printed_no_report(self):
        with pytest.raises(BadProbeError, match="started the seal, but printed no report"):
            read_seal_report(f"{WORD} {NONCE} began\n", nonce=NONCE, now=NOW)

    @pytest.mark.parametrize(
        "lines",
        [
            ("state\tsealed",),
            (f"digest\t{DIGEST}",),
            ("state\tsealed", "state\tfailed", f"digest\t{DIGEST}"),
            ("state\tvery sealed", f"digest\t{DIGEST}"),
            ("state\tsealed", "digest\tabc"),
            ("state\tsealed", f"digest\t{DIGEST}", "result\thomes\t1"),
            ("state\tsealed", f"digest\t{DIGEST}", "result\thomes\t-1\t0\t"),
            ("state\tsealed", f"digest\t{DIGEST}", "result\thomes\t1\tNaN\t"),
            ("state\tsealed", f"digest\t{DIGEST}", f"result\thomes\t1\t{'9' * 5000}\t"),
            ("state\tsealed", f"digest\t{DIGEST}", "result\tgardens\t1\t0\t"),
            ("state\tsealed", f"digest\t{DIGEST}", "result\thomes\t1\t0\t", "result\thomes\t0\t0\t"),
            ("state\tsealed", f"digest\t{DIGEST}", "canary\thome\tyes\tno", "canary\thome\tyes\tno"),
            ("state\tsealed", f"digest\t{DIGEST}", "canary\thome\tyes\tmaybe"),
            ("state\tsealed", f"digest\t{DIGEST}", "secret\tx"),
            ("state\tsealed", f"digest\t{DIGEST}", "\x1b[2J"),
            (f"why\t{'x' * 300_000}", "state\tsealed", f"digest\t{DIGEST}"),
        ],
    )
    def test_what_does_not_fit_is_no_report(self, lines):
        with pytest.raises(BadProbeError, match="cannot be read"):
            read(framed(*lines))

    def test_two_frames_are_none(self):
        with pytest.raises(BadProbeError, match="cannot be read"):
            read(framed(*LINES) + framed(*LINES))

    def test_a_report_of_another_clone_is_left_alone(self):
        with pytest.raises(BadProbeError, match="printed no report"):
            read_seal_report("\n".join(pieces(framed(*LINES), "f00")), nonce=NONCE, now=NOW)

    def test_a_frame_of_another_clone_inside_is_none(self):
        with pytest.raises(BadProbeError, match="cannot be read"):
            read(framed(*LINES, nonce="f00"))

    def test_a_broken_inspection_proves_nothing_but_the_seal_is_read(self):
        report, facts = read(framed(*LINES) + PROBE.replace('"version"', '"vision"'))
        assert (report.state, facts) == (SealState.SEALED, None)

    def test_what_it_says_is_fit_to_be_shown(self):
        report, _ = read(
            framed(
                "state\tchanged", f"digest\t{DIGEST}", "appeared\thome /home/\x1b[31meve\u202e", f"why\t{'w' * 2000}"
            )
        )
        assert report.appeared == ("home /home/eve\ufffd",)
        assert len(report.why) == 300

    def test_bytes_that_are_no_text_do_no_harm(self):
        report, _ = read(framed("state\tchanged", f"digest\t{DIGEST}", "appeared\thome /home/\udcff"))
        assert report.appeared == ("home /home/\ufffd",)


class TestTokens:
    def test_each_class_and_each_clone_has_its_own(self):
        tokens = {canary_token(nonce, kind) for nonce in ("a", "b") for kind in CanaryClass} | {control_token("a")}
        assert len(tokens) == 2 * len(CanaryClass) + 1
        assert all(len(token) == 32 and int(token, 16) >= 0 for token in tokens)
