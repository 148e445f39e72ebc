"""The demonstration cloud and the program's runs, both in a hurry."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from imaging.runtime.clock import SystemClock
from tests.support import hurry
from tests.support.demo import DemoCloud


def hurried(demo: DemoCloud, monkeypatch: pytest.MonkeyPatch, *, haste: float = hurry.HASTE) -> DemoCloud:
    """Let both clocks run quicker until the end of the test.

    The cloud's entries allow a console to be silent for as long, in real seconds, as ever: a busy machine needs them.
    """
    demo.speed(hurry.CLOUD_SPEED)
    for name in ("monotonic", "sleep"):
        monkeypatch.setattr(SystemClock, name, getattr(SystemClock, name))  # put back after the test
    monkeypatch.setenv(hurry.SPEED, str(haste))
    hurry.hurry()
    everything = yaml.safe_load(demo.clouds_yaml.read_text())
    for entry in everything["clouds"].values():
        entry["imaging"]["console_silence_seconds"] *= haste
    file = demo.clouds_yaml.with_name("patient.yaml")
    file.write_text(yaml.safe_dump(everything), encoding="utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(file))
    return replace(demo, clouds_yaml=file)
