"""Files and texts that a stranger, another version or a broken disk wrote: read, refused by us, or as good as none."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from imaging.commands.flow import demo_cloud
from imaging.commands.options.durations import Duration
from imaging.guest.facts_cache import GuestStore
from imaging.guidelines.instance.systems import version_numbers
from imaging.guidelines.profiles import load_profile
from imaging.runs.core.polling import BackOff
from imaging.runs.ownership.images_and_servers import snapshot_ids
from imaging.runs.test_instance.boot_verdict.boot_marker import find_marker
from imaging.runtime.paths import Paths
from imaging.runtime.settings import load_settings
from models.cloud.image import Image
from models.errors import ConfigError, RateLimitedError, UnreachableError
from models.guest.facts import GuestFacts
from tests.support.clock import ManualClock
from tests.support.hostile_values import DEEP_TEXTS, LONG_NUMBER, RAW_NUMBERS, VALUES

BAD_TOML = [
    *("x = [", "x = " + "[" * 5000 + "]" * 5000, "x = " + LONG_NUMBER, "x = 2026-99-99", "x = 0001-13-01T00:00:00Z"),
    *("x" + ".x" * 900 + " = 1", "\x00", "x = nan", "x = '''", "x = 1e999999999"),
]
TOKEN = "a" * 32


@pytest.mark.parametrize("text", BAD_TOML, ids=lambda text: text[:12])
def test_settings_and_profiles_that_cannot_be_read_are_an_imaging_error(tmp_path: Path, text: str):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(ConfigError):
        load_settings(tmp_path / "mine.toml", {})
    with pytest.raises(ConfigError):
        load_profile("mine", tmp_path)


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "0", LONG_NUMBER[:30], "1e9", "[]", "1979-05-27"])
def test_a_patience_without_measure_is_refused(tmp_path: Path, value: str):
    for name in ("console_silence_seconds", "test_limit_seconds"):
        (tmp_path / "mine.toml").write_text(f'title = "x"\n[patience]\n{name} = {value}\n')
        with pytest.raises(ConfigError):
            load_profile("mine", tmp_path)


STATUSES = ["0.9", "0.0", "-0.0", '"0"', "null", "false", "[0]", "-1", "256", "00", *RAW_NUMBERS]


@pytest.mark.parametrize("status", STATUSES, ids=lambda status: status[:12])
def test_a_status_that_is_no_whole_number_is_no_marker(status: str):
    line = f'imaging-marker {TOKEN} {{"status":{status},"address":"yes","route":"yes","own":"yes"}}'
    report = find_marker(line, TOKEN)
    assert report is None or (status == "-0" and report.status == 0)


def test_any_word_of_a_marker_is_yes_no_or_unknown():
    for value in VALUES:
        text = json.dumps(value)
        line = f'imaging-marker {TOKEN} {{"status":0,"address":{text},"route":{text},"own":{text}}}'
        report = find_marker(line, TOKEN)
        assert report is None or (report.has_address, report.has_default_route) == (None, None)


def test_any_mapping_of_an_image_names_its_snapshots_or_none():
    for value in (*VALUES, *([{"snapshot_id": value}] for value in VALUES)):
        found: tuple[object, ...] = snapshot_ids(image_with(json.dumps(value)))
        assert all(isinstance(each, str) and each for each in found)
    for text in (*DEEP_TEXTS, *RAW_NUMBERS, "{", ""):
        assert snapshot_ids(image_with(text)) == ()


def image_with(mapping: str) -> Image:
    return Image(id="one", name="x", status="active", properties={"block_device_mapping": mapping})


@pytest.mark.parametrize(
    "content",
    [
        *("", "[]", "7", "null", '{"url": 7}', '{"url": "http://[::1"}', '{"url": "http://127.0.0.1:99999"}', "\udcff"),
        *(
            '{"url": "http://127.0.0.1:x"}',
            '{"url": "http://a\\u0000b:1"}',
            '{"url": null}',
            DEEP_TEXTS[0],
            DEEP_TEXTS[1],
        ),
    ],
    ids=lambda content: content[:24],
)
def test_a_process_file_of_the_demonstration_cloud_that_is_none_means_that_none_runs(tmp_path: Path, content: str):
    (tmp_path / demo_cloud._PROCESS).write_text(content, errors="surrogateescape")
    assert demo_cloud._is_running(tmp_path) is False


@pytest.mark.parametrize(
    "content", ["x: 2026-99-99", "[" * 3000, "\udcff", "7", "clouds: []", "a: &a [*a]", "clouds: {demo: 7}"]
)
def test_a_clouds_yaml_of_the_demonstration_cloud_that_is_none_names_no_address(tmp_path: Path, content: str):
    (tmp_path / "clouds.yaml").write_text(content, errors="surrogateescape")
    assert demo_cloud._auth_url(tmp_path / "clouds.yaml") is None


def test_any_value_in_the_facts_kept_of_a_guest_is_read_or_as_good_as_none(tmp_path: Path):
    clock = ManualClock()
    store = GuestStore(Paths.below(tmp_path), clock)
    store.write("one", GuestFacts(read_at=clock.now()))
    file = store._file("one")
    good = json.loads(file.read_text())
    for field in ("read_at", "seconds", "system"):
        for value in VALUES:
            file.write_text(json.dumps({**good, "facts": {**good["facts"], field: value}}))
            store.read("one")
    for text in (*DEEP_TEXTS, *RAW_NUMBERS, json.dumps({**good, "facts": {"read_at": "2026-11-01T12:00:00"}})):
        file.write_text(text)
        store.read("one")


@pytest.mark.parametrize("text", [LONG_NUMBER, "٣h", "²", "9999999h", "0", "-1", "1e3", "nan", "99999999h99999999m"])
def test_a_length_of_time_without_measure_is_refused(text: str):
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)


@pytest.mark.parametrize(
    "version, numbers", [("22.٣", (22,)), ("²", None), (LONG_NUMBER, None), ("9." + LONG_NUMBER, (9,))]
)
def test_a_version_is_made_of_short_plain_numbers(version: str, numbers: tuple[int, ...] | None):
    assert version_numbers(version) == numbers


def test_however_often_a_cloud_fails_the_pauses_stay_pauses():
    back_off = BackOff()
    pauses = [back_off.failed(UnreachableError("x")) for _ in range(3000)]
    assert max(pauses) == 30
    assert back_off.failed(RateLimitedError("x", retry_after_seconds=None)) == 30
