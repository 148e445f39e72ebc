"""The page of a passport: no script, nothing loaded, no text of a stranger as markup; readable by everybody."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise

import pytest
from lxml import etree
from lxml.html import HtmlElement, document_fromstring

from imaging.reports.passport.forms import PassportForm, passport_text
from imaging.reports.passport.style import DARK, LIGHT
from models.run.passport import Passport
from tests.reports.passport import samples

PASSPORTS = {"whole": samples.whole(), "bare": samples.bare(), "hostile": samples.hostile()}
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "main", "section", "footer", "h1", "h2", "p", "div", "span"),
    *("bdi", "dl", "dt", "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "details", "summary", "pre"),
    *("code", "svg", "desc", "rect", "line", "text"),
}
ATTRIBUTES = {
    *("charset", "http-equiv", "content", "name", "lang", "class", "tabindex", "role", "aria-label", "scope", "open"),
    *("aria-labelledby", "viewbox", "id", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "text-anchor"),
}


def text_of(passport: Passport) -> str:
    return passport_text(passport, PassportForm.HTML)


def page(passport: Passport) -> HtmlElement:
    return document_fromstring(text_of(passport))


@pytest.mark.parametrize("passport", PASSPORTS.values(), ids=PASSPORTS)
def test_a_page_has_no_element_and_no_attribute_but_those_that_it_is_made_of(passport: Passport):
    for each in page(passport).iter():
        assert not isinstance(each, etree._Comment)
        assert each.tag in TAGS, etree.tostring(each)[:200]
        assert {name.lower() for name in each.attrib} <= ATTRIBUTES, etree.tostring(each)[:200]


@pytest.mark.parametrize("passport", PASSPORTS.values(), ids=PASSPORTS)
def test_the_policy_forbids_everything_but_the_style_of_the_page(passport: Passport):
    policy = page(passport).xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    (style,) = re.findall("<style>(.*?)</style>", text_of(passport), re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert policy == [f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"]
    assert "@import" not in style
    assert "url(" not in style


def test_a_hostile_name_is_shown_as_it_is():
    assert page(PASSPORTS["hostile"]).xpath("//h1/bdi/text()") == ["</script><script>alert(1)</script>"]


def test_a_page_is_made_for_those_who_hear_it():
    found = page(PASSPORTS["whole"])
    assert found.get("lang") == "en"
    assert len(found.xpath("//h1")) == 1
    levels = [int(each.tag[1]) for each in found.xpath("//h1|//h2|//h3")]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(each.xpath("./caption") and each.xpath(".//th[@scope='col']") for each in found.xpath("//table"))
    for picture in found.xpath("//svg"):
        ids = str(picture.get("aria-labelledby")).split()
        assert [bool(found.xpath(f"//*[@id='{each}']")) for each in ids] == [True, True]
    assert all(each.get("aria-label") for each in found.xpath("//*[@role='region']"))


def test_no_two_elements_have_the_same_id():
    ids = page(PASSPORTS["whole"]).xpath("//@id")
    assert len(ids) == len(set(ids)) == 4


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["ink", "quiet", "good", "doubt", "bad"])
@pytest.mark.parametrize("ground", ["paper", "shade"])
def test_every_text_has_enough_contrast(colours: dict[str, str], name: str, ground: str):
    assert contrast(colours[name], colours[ground]) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_text_on_the_time_that_the_instance_was_off_has_enough_contrast(colours: dict[str, str]):
    assert contrast(colours["ink"], colours["off"]) >= 4.5
    assert contrast(colours["quiet"], colours["off"]) >= 3


def contrast(first: str, second: str) -> float:
    """As WCAG computes it."""
    lighter, darker = sorted((luminance(first), luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_timeline_shows_each_step_and_when_the_instance_was_off():
    picture = page(PASSPORTS["whole"]).xpath("//svg[@aria-labelledby='timeline-title timeline-text']")[0]
    words = picture.xpath(".//text/text()")
    assert {"stop", "wait for image", "instance off", "4 min 5 s"} <= set(words)
    assert picture.xpath("./desc/text()") == ["6 steps in 7 min 40 s. The instance was off for 5 min 37 s."]
    off, bars = picture.xpath("./rect[@class='off']"), picture.xpath("./rect[@class='bar']")
    assert len(off) == 1
    assert len(bars) == 6
    assert float(off[0].get("x")) == float(bars[1].get("x"))


def test_a_run_without_times_has_no_timeline():
    assert page(PASSPORTS["bare"]).xpath("//svg") == []
