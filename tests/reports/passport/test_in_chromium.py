"""The page of a passport as readers see it: narrow, wide, dark, printed; nothing of it runs or is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from imaging.reports.passport.forms import PassportForm, passport_text
from models.run.passport import Passport
from tests.reports.passport import samples
from tests.support.chromium import NAMES, Browser, browser, find_chromium

PASSPORTS: dict[str, Callable[[], Passport]] = {"whole": samples.whole, "hostile": samples.hostile}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    program = find_chromium()
    if program is None:
        pytest.skip(f"nobody looks at the page: this machine has none of {', '.join(NAMES)}")
    with browser(program, tmp_path_factory.mktemp("chromium")) as found:
        yield found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("passports")
    for name, made in PASSPORTS.items():
        (folder / f"{name}.html").write_text(passport_text(made(), PassportForm.HTML), encoding="utf-8")
    return {name: folder / f"{name}.html" for name in PASSPORTS}


@pytest.mark.parametrize("width", [320, 360, 768, 1280, 1920])
@pytest.mark.parametrize("name", PASSPORTS)
def test_no_line_leaves_the_page_at_any_width(shown, pages, name, width):
    shown.open(pages[name], width=width)
    assert shown.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PASSPORTS)
def test_nothing_is_run_loaded_or_forbidden(shown, pages, name):
    shown.events.clear()
    shown.open(pages[name], width=1280)
    assert [each["request"]["url"] for each in shown.told("Network.requestWillBeSent")] == [pages[name].as_uri()]
    assert shown.told("Log.entryAdded") == []
    assert shown.value("document.scripts.length") == 0
    assert shown.value("document.styleSheets.length") == 1


def test_the_policy_lets_no_script_run(shown, pages, tmp_path):
    page = tmp_path / "page.html"
    text = pages["whole"].read_text().replace("<main>", "<main><script>document.title='run'</script>")
    page.write_text(text)
    shown.open(page, width=1280)
    assert shown.value("document.title") != "run"
    assert shown.value("document.scripts.length") == 1


def test_the_style_is_the_one_that_the_policy_allows(shown, pages):
    shown.open(pages["whole"], width=1280)
    assert shown.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    shown.open(pages["whole"], width=1280, dark=True)
    assert shown.value("getComputedStyle(document.body).backgroundColor") == "rgb(20, 23, 28)"


def test_a_printed_page_is_light_and_has_several_sheets(shown, pages):
    shown.open(pages["whole"], width=1280, dark=True, media="print")
    assert shown.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert shown.value("getComputedStyle(document.querySelector('.wide')).overflowX") == "visible"
    sheets = len(re.findall(rb"/Type\s*/Page\b", shown.pdf()))
    assert 2 <= sheets <= 8


def test_pictures_fit_the_page_and_their_words_lie_inside(shown, pages):
    shown.open(pages["whole"], width=1280)
    outside = """[...document.querySelectorAll('svg text')].filter(each => {
        const inner = each.getBoundingClientRect(), outer = each.ownerSVGElement.getBoundingClientRect();
        return inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1;
    }).map(each => each.textContent)"""
    assert shown.value(outside) == []


def test_everything_is_reached_with_the_keyboard(shown, pages):
    shown.open(pages["whole"], width=360)
    hidden = """[...document.querySelectorAll('*')].filter(each =>
        each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).overflowX == 'auto' && each.tabIndex < 0
    ).length"""
    assert shown.value(hidden) == 0
