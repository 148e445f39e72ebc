"""What should be known of a cloud's entry stands in the title line, and in whole in the help."""

from __future__ import annotations

import yaml

from tests.screens.driving import console


async def test_they_are_in_the_title_line_and_in_the_help(demo_cloud, tmp_path, monkeypatch):
    entry = yaml.safe_load(demo_cloud.clouds_yaml.read_text())["clouds"]["demo"]
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"demo": {**entry, "verify": False}}}))
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    async with console(tmp_path / "own", size=(120, 60)) as driver:
        await driver.sees("TLS UNCHECKED")
        await driver.press("question_mark")
        await driver.sees("The cloud's certificate is not checked")


async def test_a_usual_cloud_has_none(demo_cloud, tmp_path, monkeypatch):
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(demo_cloud.clouds_yaml))
    async with console(tmp_path / "own", size=(120, 60)) as driver:
        await driver.sees("astro-survey")
        assert driver.app.notices == ()
        await driver.press("question_mark")
        await driver.sees("demo, on this machine")
