"""Chapter *New image name*: rules while typing, and names that keep them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from imaging.guidelines.instance import image_names
from imaging.guidelines.instance.image_names import NameIndex, index_of, suggest_name
from models.cloud.image import Image
from models.cloud.login import Login
from models.findings import Outcome, Severity
from tests.guidelines.building import BASE, PROJECT, facts, finding, image, profile, request, unread
from tests.support.known import known

TODAY = date(2026, 11, 1)
OWN = Image(
    id="own-id",
    name="Sky Survey",
    status="active",
    owner=PROJECT,
    size_bytes=3 * 1024**3,
    created_at=datetime(2026, 5, 1, tzinfo=UTC),
)


def named(rule: str, name: str, **other):
    return finding(rule, request=request(name=name), **other)


@pytest.mark.parametrize("name", ["Featured-Ubuntu24", "featured-ubuntu24", " Featured_Ubuntu24", "FEATURED UBUNTU24"])
def test_the_name_of_a_featured_image_blocks_however_it_is_spelled(name):
    found = named("NAME-FEATURED", name)
    assert found.blocks
    assert f"Featured-Ubuntu24 ({BASE.id})" in found.evidence


def test_a_name_with_the_same_letters_and_digits_is_only_warned_of():
    found = named("NAME-FEATURED", "FeaturedUbuntu-24")
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


@pytest.mark.parametrize("name", ["Featured-Ubuntu24-postgis", "Ubuntu24", "my-Featured-Ubuntu24"])
def test_a_name_that_only_contains_a_featured_one_passes(name):
    assert named("NAME-FEATURED", name).outcome is Outcome.PASS


def test_another_projects_private_or_community_image_is_not_featured():
    others = tuple(image(visibility=visibility) for visibility in ("private", "shared", "community"))
    assert named("NAME-FEATURED", BASE.name, images=others).outcome is Outcome.PASS


def test_ones_own_public_image_is_not_featured_but_ones_own():
    own = image(owner=PROJECT)
    assert named("NAME-FEATURED", BASE.name, images=(own,)).outcome is Outcome.PASS
    assert named("NAME-OWN", BASE.name, images=(own,)).outcome is Outcome.FAIL


def test_with_prefixes_only_images_that_have_one_are_featured():
    plain = image(name="Debian12")
    assert named("NAME-FEATURED", "debian12", images=(plain,)).blocks
    assert named("NAME-FEATURED", "debian12", images=(plain,), of=profile("jetstream2")).outcome is Outcome.PASS


def test_a_reserved_prefix_blocks_whatever_follows():
    assert named("NAME-FEATURED", "featured-mine", of=profile("jetstream2")).blocks


def test_without_the_list_of_images_it_is_unknown():
    for rule in ("NAME-FEATURED", "NAME-OWN"):
        assert named(rule, "x", images=unread(tuple[Image, ...])).outcome is Outcome.UNKNOWN


def test_an_own_image_of_that_name_is_shown_with_id_date_and_size():
    found = named("NAME-OWN", "sky_survey", images=(BASE, OWN))
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)
    assert "own-id (2026-05-01, 3.0 GiB)" in found.evidence


def test_hidden_and_unfinished_own_images_count():
    for own in (OWN.model_copy(update={"hidden": True}), OWN.model_copy(update={"status": "queued"})):
        assert named("NAME-OWN", "Sky Survey", images=(own,)).outcome is Outcome.FAIL


def test_another_projects_image_is_not_ones_own():
    theirs = OWN.model_copy(update={"owner": "others"})
    assert named("NAME-OWN", "Sky Survey", images=(theirs,)).outcome is Outcome.PASS


def test_without_a_login_nobody_knows_what_is_ones_own():
    assert named("NAME-OWN", "x", login=unread(Login)).outcome is Outcome.UNKNOWN


def test_a_period_blocks_with_its_place_and_a_better_name():
    found = named("NAME-PERIOD", "survey-1.2")
    assert found.blocks
    assert found.evidence == "Character 9 of the name is a period."
    assert found.remedy.text == "Call it survey-1-2."


def test_periods_of_other_scripts_are_no_periods():
    assert named("NAME-PERIOD", "survey。1·2…").outcome is Outcome.PASS


def test_a_cloud_without_the_rule_lets_periods_through():
    assert named("NAME-PERIOD", "a.b", of=profile("openstack")).outcome is Outcome.NOT_APPLICABLE
    assert named("NAME-PERIOD", "a.b", of=profile("jetstream2")).severity is Severity.WARN


@pytest.mark.parametrize("name", ["", "   ", " x", "x ", "a\x1b[2Jb", "a\tb", "rocket-🚀", "x" * 256, "a\u200bb"])
def test_what_nova_refuses_blocks(name):
    assert named("NAME-FORM", name).blocks


@pytest.mark.parametrize("name", ["0b4f6f0e-2f6c-4a57-9a68-0f3f3f3f3f3f", "a/b"])
def test_what_people_regret_is_warned_of(name):
    found = named("NAME-FORM", name)
    assert (found.outcome, found.severity) == (Outcome.FAIL, Severity.WARN)


@pytest.mark.parametrize("name", ["x", "x" * 255, "漢" * 255, "My image (2)", "[red]", "Größe_1:2"])
def test_odd_but_lawful_names_are_well_formed(name):
    assert named("NAME-FORM", name).outcome is Outcome.PASS


def test_nobody_is_blamed_for_a_name_not_yet_given():
    for rule in ("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD", "NAME-FORM"):
        assert finding(rule, request=None).outcome is Outcome.NOT_APPLICABLE


def test_ten_thousand_images_are_indexed_once_for_all_key_presses(monkeypatch):
    images = tuple(image(id=str(number), name=f"image {number}") for number in range(10_000))
    built: list[NameIndex] = []

    def build(*given: Any) -> NameIndex:
        built.append(NameIndex(*given))
        return built[-1]

    monkeypatch.setattr(image_names, "NameIndex", build)
    read = facts(images=images)
    wanted = profile()
    for length in range(1, 9):
        typed = read.model_copy(update={"request": request(name="image 77"[:length])})
        index_of(known(typed.images), wanted, PROJECT)
    assert len(built) == 1


def test_a_new_list_of_images_gets_a_new_index():
    wanted = profile()
    assert index_of((BASE,), wanted, PROJECT).featured(BASE.name)
    assert index_of((OWN,), wanted, PROJECT).featured(BASE.name) is None


def test_the_suggestion_is_the_instances_name_and_the_day():
    assert suggest_name("db-07", TODAY, profile(), ()) == "db-07-20261101"


def test_a_taken_suggestion_is_numbered():
    taken = (image(name="DB_07-20261101"), image(name="db-07-20261101-2", owner="others"))
    assert suggest_name("db-07", TODAY, profile(), taken[:1]) == "db-07-20261101-2"
    assert suggest_name("db-07", TODAY, profile(), taken) == "db-07-20261101-3"


@pytest.mark.parametrize(
    "instance_name",
    [
        "v1.2",
        "[/red]\x1b[2J",
        "漢" * 255,
        "",
        "...",
        "🚀🚀",
        "Featured-Ubuntu24",
        "Featured-",
        " a / b ",
        "x" * 300,
        "-",
    ],
)
@pytest.mark.parametrize("kind", ["jetstream", "jetstream2", "openstack"])
def test_a_suggestion_keeps_every_rule_whatever_the_instance_is_called(instance_name, kind):
    name = suggest_name(instance_name, TODAY, profile(kind), (BASE, OWN))
    for rule in ("NAME-FEATURED", "NAME-OWN", "NAME-PERIOD", "NAME-FORM"):
        found = named(rule, name, of=profile(kind), images=(BASE, OWN))
        assert found.outcome in {Outcome.PASS, Outcome.NOT_APPLICABLE}, (name, found.evidence)
