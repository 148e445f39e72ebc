"""What a passport says: verdicts with what they rest on, decisions with their reasons; the unknown as unknown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from imaging.reports.passport.forms import PassportForm, passport_text
from imaging.reports.passport.gathering import passport_of
from imaging.reports.passport.json_form import as_json, digest_of, passport_in
from models.errors import ForeignValueError
from models.run.kind import RunKind
from models.run.passport import OriginKind, Passport
from models.works.inventory import Inventory, InventoryChange, PackageManager
from tests.reports import samples as runs
from tests.reports.passport import samples
from tests.support.known import present

RENDERER = MarkdownIt("gfm-like", {"html": True, "linkify": True})
FORMS = [PassportForm.HTML, PassportForm.MARKDOWN]


def plain(passport: Passport, form: PassportForm) -> str:
    """The text, without what escapes it."""
    return passport_text(passport, form).replace("\\", "")


def changed(change: InventoryChange | None, installed: Inventory | None = samples.INSTALLED) -> Passport:
    return present(passport_of(runs.run(), installed=installed, change=change))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "said",
    [
        "db-07-v1",
        "booted",
        "Failed: mounts, lab.sh",
        "/data is not mounted",
        "not 2",
        "The instance was off from 2026-11-22 14:00:03 UTC until 2026-11-22 14:05:40 UTC (5 min 37 s).",
        "the volume is meant to stay",
        "fixed by the run (detach volumes)",
        "2 volumes detached",
        "Added to Debian 12: 1 package",
        "openssl",
        "/opt/conda",
        "it can lie about itself",
    ],
)
def test_a_passport_says(form: PassportForm, said: str):
    assert said in plain(samples.whole(), form)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_not_known_is_said_to_be_unknown(form: PassportForm):
    text = plain(samples.bare(), form)
    assert "Boot: unknown." in text
    assert "Works: unknown." in text
    assert "Which packages are installed is unknown." in text
    assert "What is installed beyond its base is unknown" in text
    assert "What lies in /opt and /usr/local is unknown." in text
    assert "as in" not in text


@pytest.mark.parametrize("form", FORMS)
def test_a_base_that_cannot_be_compared_is_never_the_same(form: PassportForm):
    gone = InventoryChange(base_id="base-1", unknown_because="the image is gone")
    assert "What is installed beyond base-1 is unknown: the image is gone." in plain(changed(gone), form)
    assert "Every package" not in plain(changed(gone), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_base_of_which_a_part_is_unknown_is_never_the_same(form: PassportForm):
    partly = InventoryChange(base_name="Debian 12", not_compared=(PackageManager.CONDA,))
    assert "so that more may differ: conda." in plain(changed(partly), form)
    assert "Every package" not in plain(changed(partly), form)


@pytest.mark.parametrize("form", FORMS)
def test_only_what_was_compared_as_a_whole_can_be_the_same(form: PassportForm):
    assert "Every package is as in Debian 12." in plain(changed(InventoryChange(base_name="Debian 12")), form)


def test_an_image_that_was_only_verified_is_made_from_something_unknown():
    plan = runs.plan(kind=RunKind.VERIFY, source=None, checklist=None, image=samples.IMAGE)
    passport = present(passport_of(runs.run(plan, image_id=None, instance_restored=None)))
    assert (passport.image.id, passport.origin.kind) == ("image-1", OriginKind.UNKNOWN)


@pytest.mark.parametrize("kind", [RunKind.DEEP_CHECK, RunKind.IMAGE_CHECK, RunKind.EXPORT, RunKind.UNDO])
def test_a_run_that_neither_makes_nor_tests_an_image_has_no_passport(kind: RunKind):
    assert passport_of(runs.run(runs.plan(kind=kind))) is None


@pytest.mark.parametrize("passport", [samples.whole(), samples.bare(), samples.hostile()])
def test_the_json_form_is_the_passport(passport: Passport):
    text = as_json(passport)
    assert passport_in(text) == passport
    assert as_json(passport_in(text)) == text
    assert digest_of(text) == digest_of(as_json(passport))
    assert len(digest_of(text)) == len("sha256:") + 64


@given(st.text(max_size=40))
def test_what_is_no_passport_is_refused(text: str):
    with pytest.raises(ForeignValueError):
        passport_in(text)


@pytest.mark.parametrize("form", PassportForm)
def test_no_pipeline_finds_a_command_in_a_passport(form: PassportForm):
    assert runs.COMMAND.search(passport_text(samples.hostile(), form)) is None


def test_the_markdown_of_hostile_texts_is_text():
    tokens = RENDERER.parse(passport_text(samples.hostile(), PassportForm.MARKDOWN))
    inline = {child.type for token in tokens for child in token.children or ()}
    assert inline <= {"text", "text_special", "strong_open", "strong_close", "code_inline"}
    assert not {token.type for token in tokens} & {"html_block", "code_block", "blockquote_open", "hr"}
    headings = [token for token in tokens if token.type == "heading_open"]
    assert len(headings) == 8
