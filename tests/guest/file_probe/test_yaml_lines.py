"""All lines of YAML from a disk are masked as the script masks them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from imaging.guest.file_probe.yaml_lines import YamlLines
from tests.guest.file_probe.comparing import by_file, by_shell, rows_of
from tests.guest.probe.running import plant
from tests.linear.timing import growth

_PIECES = (
    *(
        "password",
        "psk",
        "keys",
        "key",
        "x-secret",
        "my_secret",
        "secret9",
        "a-password",
        "wep-key0",
        "wep_key",
        "token",
    ),
    *("access", "PassWord", "xpassword", "private-key", "shared", "a", "9-token", "foo.token", "\xe9key"),
    *(": ", ":", " :", "\t: ", '": ', "': "),
    *(" ", "  ", "\t", "- ", "-", "_", ", ", "{", "}", "[", "]", "#", "# ", "|", ">", "&a", "*a", "!t", "\r", "\\"),
    *('"hunter2"', "'hunter2'", "hunter2", "hunter 2", '"', "'", '"a\\"b"', "\xff"),
)


def text(chance: random.Random) -> str:
    lines = [
        " " * chance.choice((0, 0, 2, 2, 4)) + "".join(chance.choices(_PIECES, k=chance.randint(1, 7)))
        for _ in range(chance.randint(1, 8))
    ]
    return "".join(f"{line}\n" for line in lines)


@pytest.mark.parametrize("seed", range(6))
def test_a_disk_masks_what_the_script_masks(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    files = {f"/etc/netplan/{number:03}.yaml": text(chance).encode("latin-1") for number in range(250)}
    told, expected = by_file("network", plant(tmp_path, files)), by_shell("network", tmp_path)
    assert rows_of(told) == rows_of(expected)
    assert told.incomplete == expected.incomplete


def told(*lines: str) -> list[str | None]:
    yaml = YamlLines()
    return [yaml.told(line) for line in lines]


@pytest.mark.parametrize("key", ["k" * 300, "x-" * 150 + "9", "secret" * 60])
def test_a_key_that_is_too_long_is_taken_for_a_secret(key: str) -> None:
    assert told(f"{key}: value") == [f'{key}: "***"']


@pytest.mark.parametrize(
    "pump",
    ["-", "a-", "password", "password:", "password: a,", '{password: "a",', "wep-", "secret-", "key ", "_", "a:"],
)
def test_a_long_line_takes_time_in_proportion(pump: str) -> None:
    def work_on(length: int):
        line = "{" + pump * (length // len(pump))
        return lambda: told(line)

    assert growth(work_on, 5_000) <= 7
