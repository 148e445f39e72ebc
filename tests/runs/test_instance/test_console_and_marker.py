"""Joining a console's readings character by character, and the marker that our user data prints."""

from __future__ import annotations

import hashlib
import json
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from imaging.runs.test_instance.boot_verdict.boot_marker import MarkerReport, find_marker, new_token, user_data
from imaging.runs.test_instance.boot_verdict.console_patterns import CUT
from imaging.runs.test_instance.boot_verdict.console_text import KEPT, GrowingConsole, _longest_overlap, added

LINES = "".join(f"[{number:8}] line {number}\n" for number in range(400))
TOKEN = "t0k3n"


class TestAdded:
    @pytest.mark.parametrize("earlier", ["", "a", "abc"])
    def test_an_empty_reading_adds_nothing(self, earlier: str) -> None:
        assert added(earlier, "") == ""

    def test_the_end_of_what_was_there_adds_nothing(self) -> None:
        assert added("abc", "bc") == ""

    def test_the_first_reading_is_added_whole(self) -> None:
        assert added("", "abc") == "abc"

    def test_what_only_grew_adds_its_end(self) -> None:
        assert added("abc", "abcde") == "de"

    def test_few_agreeing_characters_are_chance_and_it_is_put_behind_as_a_line_of_its_own(self) -> None:
        later = LINES[50:200] + "x"
        for agreeing in (1, 63):
            earlier = "y" * 100 + later[:agreeing]
            assert added(earlier, later) == "\n" + later

    def test_so_many_that_it_is_no_chance_join_it(self) -> None:
        later = LINES[50:200] + "x"
        for agreeing in (64, 65, 100):
            assert added("y" * 100 + later[:agreeing], later) == later[agreeing:]

    def test_a_reading_shorter_than_that_joins_where_all_of_it_but_the_end_agrees(self) -> None:
        assert added("before abc", "abcd") == "\nabcd"
        assert added("y" * 100, "abcd") == "\nabcd"

    def test_a_single_character_that_is_new_is_put_behind(self) -> None:
        assert added("abc", "d") == "\nd"

    def test_the_longest_overlap_is_found_however_the_guest_repeats_itself(self) -> None:
        words = ["".join(letters) for length in range(1, 8) for letters in product("ab", repeat=length)]
        for later in words:
            for earlier in words[:126]:
                kept = earlier[-len(later) :]
                longest = max(number for number in range(len(later) + 1) if kept.endswith(later[:number]))
                assert _longest_overlap(kept, later) == longest, (kept, later)

    def test_a_repeating_guest_is_joined_at_the_longest_overlap(self) -> None:
        earlier = "z" + "ab" * 100
        assert added(earlier, "ab" * 100 + "c") == "c"
        assert added("z" + "ab" * 100 + "a", "ba" * 100 + "c") == "c"
        assert added("q" * 10 + "a" * 70 + "b" + "a" * 70, "a" * 70 + "c") == "c"

    def test_what_began_alike_earlier_but_went_on_otherwise_is_searched_further(self) -> None:
        block = "x" * 64
        assert added(block + "1" + "\n" + block + "2", block + "2" + "rest") == "rest"

    @pytest.mark.parametrize("length,mark", [(24_999, ""), (25_000, CUT), (25_001, CUT)])
    def test_a_long_reading_may_begin_in_the_middle_of_a_line_and_is_marked(self, length: int, mark: str) -> None:
        later = "a" * (length - 1) + "b"
        assert added("", later) == f"{mark}{later}"
        assert added("earlier", later) == f"\n{mark}{later}"


class TestGrowing:
    def test_it_tells_whether_anything_came(self) -> None:
        console = GrowingConsole()
        assert [console.take(reading) for reading in ("", "a", "a", "ab")] == [False, True, False, True]
        assert (console.text, console.length, console.left_out) == ("ab", 2, 0)

    def test_what_came_since_a_length_is_told(self) -> None:
        console = GrowingConsole()
        console.take("abcd")
        assert [console.since(length) for length in (0, 1, 4, 9)] == ["abcd", "bcd", "", ""]

    def test_of_a_reading_so_much_is_taken_that_the_mark_has_room(self) -> None:
        console = GrowingConsole()
        console.take("a" * (KEPT + 50))
        assert len(console.text) == KEPT - 1
        assert console.text.startswith(CUT)
        assert console.text.endswith("a" * (KEPT - len(CUT) - 1))

    def test_what_is_no_longer_kept_is_counted(self) -> None:
        console = GrowingConsole()
        console.take("a" * 900_000)
        console.take("b" * 200_000)
        length = 900_000 + len(CUT) + 200_000 + len(CUT) + 1
        assert (len(console.text), console.length, console.left_out) == (KEPT, length, length - KEPT)
        assert console.since(console.left_out - 1) == console.text
        assert console.since(length - 3) == "bbb"


def printed(said: Any, *, token: str = TOKEN) -> str:
    return f"imaging-marker {token} {said if isinstance(said, str) else json.dumps(said)}"


ID = "a" * 32
DIGEST = hashlib.sha256(f"imaging-probe {ID}".encode()).hexdigest()[:8]
"""As the probe tells it."""
GOOD = {"status": 0, "address": "yes", "route": "no", "machine": "ab", "own": "unknown"}


class TestMarker:
    def test_it_says_how_the_test_instance_is(self) -> None:
        report = find_marker(printed(GOOD), TOKEN)
        assert report == MarkerReport(status=0, has_address=True, has_default_route=False, has_own_machine_id=None)
        swapped = {"status": 255, "address": "no", "route": "yes", "own": "no"}
        assert find_marker(printed(swapped), TOKEN) == MarkerReport(
            status=255, has_address=False, has_default_route=True, has_own_machine_id=False
        )

    def test_other_text_may_stand_around_it(self) -> None:
        assert find_marker(f"login: {printed(GOOD)} [ 5.0] noise", TOKEN) is not None

    def test_without_a_token_or_with_another_there_is_none(self) -> None:
        assert find_marker(printed(GOOD), None) is None
        assert find_marker(printed(GOOD), "other") is None
        assert find_marker("", TOKEN) is None

    def test_one_of_an_earlier_launch_is_passed_over(self) -> None:
        assert find_marker(f"{printed(GOOD, token='0ld')} {printed(GOOD)}", TOKEN) is not None

    @pytest.mark.parametrize("status", [-1, 256, True, "0", 0.0, None, 0.9])
    def test_a_status_that_our_script_does_not_print_makes_it_none(self, status: Any) -> None:
        assert find_marker(printed({**GOOD, "status": status}), TOKEN) is None

    @pytest.mark.parametrize("said", ["{", "[]", '{"status"', '{"a":"' + "x" * 1100 + '"}'])
    def test_what_is_no_short_json_makes_it_none(self, said: str) -> None:
        assert find_marker(printed(said), TOKEN) is None

    @pytest.mark.parametrize("word", ["YES", 1, True, None, ["yes"]])
    def test_what_is_neither_yes_nor_no_is_open(self, word: Any) -> None:
        report = find_marker(printed({**GOOD, "address": word, "route": word, "own": word}), TOKEN)
        assert report == MarkerReport(status=0)

    @pytest.mark.parametrize(
        "own_id, source, own",
        [
            (ID, DIGEST, "no"),
            ("b" * 32, DIGEST, "yes"),
            (ID, "", "unknown"),
            (ID, "x; reboot", "unknown"),
            ("", DIGEST, "no"),
        ],
    )
    def test_whether_the_machine_id_is_its_own_goes_by_the_id(
        self, tmp_path: Path, own_id: str, source: str, own: str
    ) -> None:
        """Not by the time of a file: systemd writes an old id again, and dbus copies a new one."""
        (tmp_path / "etc").mkdir()
        (tmp_path / "etc/machine-id").write_text(f"{own_id}\n" if own_id else "")
        script = user_data(TOKEN, source).replace(">/dev/console", "").replace("sleep 1", ":")
        script = script.replace("/etc/machine-id", f"{tmp_path}/etc/machine-id").replace("/sys/class/dmi", "/nowhere")
        said = subprocess.run(["sh"], input=script, capture_output=True, text=True, check=True).stdout
        assert f'"own":"{own}"' in said

    def test_what_is_wrong_is_hinted_at_and_what_is_open_is_not(self) -> None:
        wrong = MarkerReport(status=1, has_address=False, has_default_route=False, has_own_machine_id=False)
        assert wrong.hints == (
            "it has no network address",
            "it has no default route",
            "it has no machine-id of its own, so its siblings may get the same address",
        )
        assert MarkerReport(status=0, has_address=True).hints == ()

    def test_the_script_prints_the_token_of_its_launch(self) -> None:
        script = user_data("t0k3n")
        assert script.startswith("#!/bin/sh\n")
        assert "t0k3n" in script
        assert r"printf '\nimaging-marker %s " in script
        assert "@" not in script.replace("@@", "")

    def test_no_two_launches_share_a_token(self) -> None:
        assert new_token() != new_token()
        assert len(new_token()) == 32
