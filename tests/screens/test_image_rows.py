"""What is said about an image: whether it boots, how large it is, and its id, before anything else."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from models.cloud.image import SEALED as WORD
from models.cloud.image import SEALED_ABOUT, VERDICT, VERDICT_ABOUT, Image
from models.run.record import RunState
from models.steps import StepName
from models.verdict import DeadEnd, Strength, Verdict, VerdictWord
from screens.images.history import ImageHistory
from screens.images.order import orders
from screens.images.rows import BOOT_TEST, COLUMNS, IMAGE, SEAL, SIZE, VISIBLE, cells, facts_of
from screens.order import Sorting
from screens.style.glyphs import UNICODE
from tests.screens.samples import LOGIN, NOW, run

GIB = 1024**3


def image(image_id: str = "img1", **fields: object) -> Image:
    given = {"id": image_id, "name": "db-07-v1", "status": "active", "size_bytes": 5 * GIB, **fields}
    return Image.model_validate(given)


def history(verdict: Verdict | None, image_id: str = "img1") -> ImageHistory:
    return ImageHistory((run(state=RunState.FAILED, at=StepName.REPORT, image_id=image_id, verdict=verdict),))


STUCK = Verdict(
    word=VerdictWord.FAILED, dead_end=DeadEnd.EMERGENCY, evidence=("[DEPEND] Dependency failed for /data.",)
)


@pytest.mark.parametrize("about, said", [("img1", "✓ boots"), ("its-ancestor", "- not tested"), (None, "- not tested")])
def test_a_verdict_is_told_only_of_the_image_that_it_is_about(about, said):
    properties = {VERDICT: "booted"} | ({} if about is None else {VERDICT_ABOUT: about})
    assert facts_of(image(properties=properties), ImageHistory(), UNICODE).plain.startswith(said)


def test_an_image_that_did_not_boot_is_no_green_one_and_says_why():
    row = cells(image(), LOGIN, history(STUCK), UNICODE)
    assert row[0].text == "✗ did not boot"
    assert "/data in /etc/fstab could not be mounted" in facts_of(image(), history(STUCK), UNICODE).plain


def test_a_boot_without_an_address_proves_nothing():
    verdict = Verdict(word=VerdictWord.BOOTED, strength=Strength.BASIC, has_address=False)
    assert cells(image(), LOGIN, history(verdict), UNICODE)[0].text == "? not proven"


SEALED = {"imaging.sealed": "sealed", "imaging.sealed.image": "img1"}


@pytest.mark.parametrize(
    "properties, short, said",
    [
        (SEALED, "✓ sealed", "✓ sealed"),
        ({**SEALED, "imaging.sealed": "not sealed"}, "✗ NOT", "✗ not sealed"),
        ({**SEALED, "imaging.sealed": "unknown"}, "? unknown", "? seal unknown"),
        ({**SEALED, "imaging.sealed": "very sealed"}, "", ""),
        ({**SEALED, "imaging.sealed.image": "its-ancestor"}, "", ""),
        ({"imaging.sealed": "sealed"}, "", ""),
        ({}, "", ""),
    ],
)
def test_a_seal_is_told_only_of_the_image_that_it_is_about(properties, short, said):
    sealed = image(properties=properties)
    assert cells(sealed, LOGIN, ImageHistory(), UNICODE)[2].text == short
    assert [line for line in facts_of(sealed, ImageHistory(), UNICODE).plain.split("\n") if "seal" in line] == (
        [said] if said else []
    )


WORKS = {"imaging.works": "yes", "imaging.works.image": "img1"}


@pytest.mark.parametrize(
    "properties, shown, said",
    [
        (WORKS, "✓ yes", "✓ works: yes"),
        ({**WORKS, "imaging.works": "no"}, "✗ no", "✗ works: no"),
        ({**WORKS, "imaging.works": "partly"}, "? partly", "? works: partly"),
        ({**WORKS, "imaging.works": "not asked"}, "- not asked", "- works: not asked"),
        ({**WORKS, "imaging.works": "[red]very[/red]"}, "", ""),
        ({**WORKS, "imaging.works.image": "its-ancestor"}, "", ""),
        ({"imaging.works": "yes"}, "", ""),
    ],
)
def test_that_it_works_is_told_only_of_the_image_that_it_is_about(properties, shown, said):
    tested = image(properties=properties)
    assert cells(tested, LOGIN, ImageHistory(), UNICODE)[1].text == shown
    assert [line for line in facts_of(tested, ImageHistory(), UNICODE).plain.split("\n") if "works" in line] == (
        [said] if said else []
    )


def test_what_a_seal_kept_is_named_on_one_line():
    kept = image(properties={**SEALED, "imaging.sealed.kept": "/home/alice,\n[red]/srv/x"})
    assert "✓ sealed Kept on purpose: /home/alice, [red]/srv/x" in facts_of(kept, ImageHistory(), UNICODE).plain
    others = image(properties={"imaging.sealed.kept": "/home/alice"})
    assert "/home/alice" not in facts_of(others, ImageHistory(), UNICODE).plain


def test_an_image_that_is_still_saved_shows_its_state_instead():
    assert cells(image(status="saving"), LOGIN, ImageHistory(), UNICODE)[0].text == "↻ saving"


def test_size_and_id_are_told_in_units_for_people():
    said = facts_of(image(min_ram_mib=3072), ImageHistory(), UNICODE).plain
    assert "5.0 GiB" in said
    assert "3.0 GiB RAM" in said
    assert "img1" in said
    assert "MiB" not in said


def sorted_ids(
    images: Iterable[Image], sorting: Sorting | None = None, history: ImageHistory | None = None
) -> list[str]:
    known = ORDERS if history is None else orders(lambda: LOGIN, lambda: history)
    return [one.id for one in known.sorted(images, sorting or known.first)]


ORDERS = orders(lambda: LOGIN, ImageHistory)


def test_the_own_images_come_first_and_the_newest_of_them_on_top():
    mine = {"owner": "p1"}
    old = image("old", created_at=NOW - timedelta(days=9), **mine)
    new = image("new", name="zzz", created_at=NOW, **mine)
    other = image("other", name="aaa", owner="p2", created_at=NOW)
    assert sorted_ids((other, old, new)) == ["new", "old", "other"]


def test_images_are_sorted_by_every_column_that_they_have():
    assert set(ORDERS.columns) == {column.title for column in COLUMNS}
    some = [
        image("a", name="b", size_bytes=1, visibility="private"),
        image("b", name="A", size_bytes=9, visibility="public"),
    ]
    assert sorted_ids(some, Sorting(IMAGE)) == ["b", "a"]
    assert sorted_ids(some, Sorting(IMAGE, is_reversed=True)) == ["a", "b"]
    assert sorted_ids(some, Sorting(SIZE)) == ["b", "a"]
    assert sorted_ids(some, Sorting(VISIBLE))[0] == "a"


def test_what_did_not_boot_or_is_not_sealed_comes_first_if_asked():
    failed = run(state=RunState.FAILED, image_id="failed", verdict=Verdict(word=VerdictWord.FAILED))
    booted = run(
        state=RunState.DONE, image_id="fine", verdict=Verdict(word=VerdictWord.BOOTED, strength=Strength.STRONG)
    )
    some = [image("untold"), image("fine"), image("failed"), image("saving", status="saving")]
    assert sorted_ids(some, Sorting(BOOT_TEST), ImageHistory([booted, failed])) == [
        "failed",
        "saving",
        "fine",
        "untold",
    ]
    seals = [noted("fine", "sealed"), image("none"), noted("bad", "not sealed"), noted("maybe", "unknown")]
    assert sorted_ids(seals, Sorting(SEAL)) == ["bad", "maybe", "fine", "none"]


def noted(image_id: str, word: str) -> Image:
    return image(image_id, properties={WORD: word, SEALED_ABOUT: image_id})
