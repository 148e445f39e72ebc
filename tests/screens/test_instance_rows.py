"""The rows of the instances: what is known of their readiness, their last image, their order, and their columns."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from models.cloud.image import VERDICT, VERDICT_ABOUT, Image, ImageData
from models.findings import Checklist, Outcome, Readiness, Severity
from models.run.record import RunnerPresence, RunState
from models.steps import StepName
from models.verdict import Verdict, VerdictWord
from screens.instances.table.entry import Activity, InstanceEntry, Judgement, LastImage, SavedInspection
from screens.instances.table.history import activities, last_images
from screens.instances.table.known import Known
from screens.instances.table.order import ORDERS
from screens.instances.table.readiness import readiness_of
from screens.instances.table.rows import COLUMNS, READINESS, RUN, SEAL, cells, image_cell, matching
from screens.order import HOLD_SECONDS, HeldOrder, Sorting
from screens.style.glyphs import UNICODE
from screens.widgets.columns import spanned, widths
from tests.guidelines.building import facts
from tests.screens.samples import LOGIN, NOW, finding, instance, plan, run
from tests.support.known import present

BEFORE = SavedInspection(NOW, blockers=0)


def entry(name: str = "db-07", **fields: Any) -> InstanceEntry:
    own = {key: fields.pop(key) for key in ("judgement", "activity", "image", "is_anothers", "saved") if key in fields}
    return InstanceEntry(instance(name, **fields), **own)


def said(one: InstanceEntry) -> str:
    return str(readiness_of(one, UNICODE).sign)


@pytest.mark.parametrize(
    "ours, active",
    [
        ([run("r1")], "r1"),
        ([run("r1", runner=None)], "r1"),
        ([run("r1", RunState.WAITING)], None),
        ([run("r1", RunState.DONE)], None),
        ([], None),
    ],
)
def test_the_checklist_is_judged_again_when_a_run_on_the_instance_begins_or_ends(ours, active):
    known = Known()
    known.take_runs([run("before")])
    before = known.with_own("id-db-07", facts())
    known.take_facts("id-db-07", before, Checklist(profile="p", findings=()))
    assert (before.active_run, known.outdated_facts("id-db-07")) == ("before", None)
    known.take_runs(ours)
    assert present(known.outdated_facts("id-db-07")).active_run == active


@pytest.mark.parametrize("available, seen", [(79, 34), (119, 45)])
def test_a_long_reason_takes_the_free_cells_of_an_image_that_is_not_there(available, seen):
    long: dict[str, Any] = {"locked": True, "locked_reason": "do not touch: the tape transfer of Ada is not over"}
    row = cells(entry(**long), UNICODE)
    place = [column.title for column in COLUMNS].index(READINESS)
    assert spanned(row, widths(COLUMNS, available))[place] >= seen
    made = cells(entry(**long, image=LastImage("i", "n", NOW, "failed")), UNICODE)
    assert len(made) == len(COLUMNS)  # an image is never hidden
    assert len(cells(entry(), UNICODE)) == len(COLUMNS)


def judged(blockers: int, readiness: Readiness = Readiness.BLOCKED) -> Judgement:
    return Judgement(readiness, blockers)


@pytest.mark.parametrize(
    "one, words",
    [
        (entry(), "? not inspected"),
        (entry(status="SHUTOFF"), "? not inspected"),
        (entry(saved=BEFORE), f"? inspected {NOW.astimezone():%H:%M}"),
        (entry(saved=BEFORE, updated_at=NOW), f"? inspected {NOW.astimezone():%H:%M}"),
        (entry(saved=BEFORE, updated_at=NOW + timedelta(seconds=1)), "? inspect again"),
        (entry(saved=BEFORE, launched_at=NOW + timedelta(seconds=1)), "? inspect again"),
        (entry(saved=SavedInspection(NOW, 0, is_outdated=True)), "? inspect again"),
        (entry(saved=SavedInspection(NOW, 2)), "✗ 2 to fix"),
        (entry(saved=SavedInspection(NOW, 2), updated_at=NOW + timedelta(seconds=1)), "? inspect again"),
        (entry(saved=SavedInspection(NOW, 2), judgement=Judgement(Readiness.READY, 0)), "✓ ready"),
        (entry(saved=BEFORE, status="SUSPENDED"), "✗ resume first"),
        (entry(status="SUSPENDED"), "✗ resume first"),
        (entry(status="SHELVED_OFFLOADED"), "✗ unshelve first"),
        (entry(status="ERROR"), "✗ in error"),
        (entry(status="TELEPORTING"), "↻ wait"),
        (entry(task_state="image_uploading"), "↻ busy: image uploading"),
        (entry(locked=True, locked_reason="do not touch"), "✗ locked: do not touch"),
        (entry(is_anothers=True), "✗ another's: ask"),
        (entry(is_anothers=True, judgement=judged(1)), "✗ another's: ask"),
        (entry(is_anothers=True, judgement=judged(3)), "✗ 3 to fix"),
        (entry(judgement=judged(2)), "✗ 2 to fix"),
        (entry(judgement=judged(0, Readiness.INCOMPLETE)), "? incomplete"),
        (entry(judgement=judged(0, Readiness.READY)), "✓ ready"),
        (entry(metadata={"imaging.claim.abc": "{}"}), "↻ run: i opens it"),
        (entry(activity=Activity("abc", "upload")), "▸ imaging: upload"),
        (entry(activity=Activity("abc", "upload", waits=True)), "! run waits: i"),
    ],
)
def test_readiness_says_what_is_known_and_nothing_more(one, words):
    assert said(one) == words


def test_an_instance_that_nobody_inspected_or_that_is_locked_is_never_ready():
    ready = judged(0, Readiness.READY)
    assert "ready" not in said(entry())
    assert "ready" not in said(entry(judgement=ready, locked=True, locked_reason="suspected misuse"))
    assert "ready" not in said(entry(judgement=ready, status="PAUSED"))


def test_a_judgement_counts_what_must_be_fixed_and_not_what_the_run_fixes():
    found = (finding(), finding(fixed_by=StepName.STOP), finding(severity=Severity.WARN), finding(Outcome.PASS))
    assert Judgement.of(Checklist(profile="p", findings=found)) == judged(1)


def image(image_id: str, days_old: int = 0, **fields: Any) -> Image:
    properties = {"image_type": "snapshot", "instance_uuid": "id-db-07", **fields.pop("properties", {})}
    texts = {"name": image_id, "status": "active", "owner": "p1", "created_at": NOW - timedelta(days=days_old)}
    return Image(id=image_id, properties=properties, **{**texts, **fields})


def test_the_verdict_of_another_image_in_copied_properties_does_not_count():
    copied = image("new", properties={VERDICT: "booted", VERDICT_ABOUT: "old"})
    assert last_images((), [copied], LOGIN)["id-db-07"].verdict is None
    own = image("new", properties={VERDICT: "booted", VERDICT_ABOUT: "new"})
    assert last_images((), [own], LOGIN)["id-db-07"].boots


def test_an_image_of_another_project_that_names_our_instance_does_not_count():
    assert last_images((), [image("theirs", owner="p2")], LOGIN) == {}


def test_the_newest_image_counts_and_one_that_was_deleted_does_not():
    made = run(
        "r1", RunState.DONE, image_id="gone", image_data=ImageData(image_id="gone"),
        verdict=Verdict(word=VerdictWord.FAILED), plan=plan(), created_at=NOW,
    )  # fmt: skip
    assert last_images([made], None, LOGIN)["id-db-07"].verdict == "failed"
    found = last_images([made], [image("older", 9), image("newer", 2)], LOGIN)
    assert found["id-db-07"].name == "newer"


def test_a_run_whose_runner_is_gone_waits_for_somebody():
    gone = RunnerPresence(host="login1", pid=1, heartbeat_at=NOW, alive=False)
    assert activities([run("r1")])["id-db-07"] == Activity("r1", "detach volumes")
    assert activities([run("r1", runner=gone)])["id-db-07"].waits
    assert activities([run("r1", RunState.DONE)]) == {}


def names(rows: Any) -> list[str]:
    return [one.name for one in rows]


def test_names_that_begin_with_a_sign_come_last_and_each_column_sorts_both_ways():
    some = [
        entry("[/red]"),
        entry("b", status="ERROR"),
        entry("a", judgement=judged(1)),
        entry("c", judgement=judged(3)),
    ]
    assert names(ORDERS.sorted(some, ORDERS.first)) == ["a", "b", "c", "[/red]"]
    worst = ORDERS.first.chosen(READINESS)
    assert ORDERS.words(worst) == "worst first"
    assert names(ORDERS.sorted(some, worst))[:2] == ["c", "a"]
    assert names(ORDERS.sorted(some, worst.chosen(READINESS)))[0] == "[/red]"
    busy = [*some, entry("z", activity=Activity("r", "upload"))]
    assert names(ORDERS.sorted(busy, Sorting(RUN)))[0] == "z"
    assert set(ORDERS.columns) == {column.title for column in COLUMNS}
    for column in ORDERS.columns:
        for is_reversed in (False, True):
            assert len(ORDERS.sorted(busy, Sorting(column, is_reversed))) == len(busy)


def test_what_is_not_sealed_comes_first_if_asked():
    sealed = [
        entry(word, image=LastImage("i", "n", NOW, "booted", word)) for word in ("sealed", "not sealed", "unknown")
    ]
    assert names(ORDERS.sorted([entry("none"), *sealed], Sorting(SEAL))) == ["not sealed", "unknown", "sealed", "none"]


def test_rows_keep_their_places_for_five_seconds_whatever_changes():
    order = HeldOrder(ORDERS)
    order.sorting = Sorting(READINESS)
    calm = [entry("a"), entry("b")]
    assert names(order.arranged(calm, now=100.0, free=True)) == ["a", "b"]
    changed = [entry("a"), entry("b", judgement=judged(1)), entry("aa")]
    assert names(order.arranged(changed, now=101.0, free=False)) == ["a", "b", "aa"]
    assert order.is_stale
    assert order.seconds_left(101.0) == HOLD_SECONDS - 1
    assert names(order.arranged(changed, now=105.0, free=True)) == ["b", "a", "aa"]
    assert not order.is_stale


def test_rows_that_did_not_move_are_free_to_move_at_once():
    order = HeldOrder(ORDERS)
    order.arranged([entry("a"), entry("b")], now=100.0, free=True)
    order.arranged([entry("b"), entry("a")], now=106.0, free=True)
    assert order.seconds_left(107.0) == 0


def test_a_wider_terminal_has_every_column_of_a_narrower_one_and_at_least_its_width():
    before = widths(COLUMNS, 59)
    for available in range(60, 240):
        now = widths(COLUMNS, available)
        assert all(had == 0 or has for had, has in zip(before, now, strict=True)), available
        before = now
    assert sum(1 for width in widths(COLUMNS, 79) if width) >= 6
    assert all(widths(COLUMNS, 199))


def test_ten_thousand_instances_are_filtered_and_sorted_in_half_a_second():
    many = [entry(f"web-{number:05}") for number in range(10_000)]
    began = time.process_time()
    ORDERS.sorted(matching(many, "web not", UNICODE), Sorting(READINESS))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize(
    "verdict, works, shown",
    [
        ("booted", "yes", "02 Nov ✓ works"),
        ("booted", "no", "02 Nov ✗ fails"),
        ("booted", "partly", "02 Nov ✓ boots"),
        ("booted", "not asked", "02 Nov ✓ boots"),
        ("booted", "[red]yes[/red]", "02 Nov ✓ boots"),
        ("failed", "yes", "02 Nov ✗ fails"),
        (None, "yes", "02 Nov no test"),
    ],
)
def test_the_last_image_says_that_it_works_where_that_is_known(verdict, works, shown):
    cell = image_cell(LastImage("i", "n", NOW, verdict, works=works), UNICODE)
    assert cell.text == shown
    assert len(cell.text) <= 14


def test_the_note_on_an_image_counts_where_the_journal_knows_nothing():
    noted = {"imaging.works": "no", "imaging.works.image": "img1", "instance_uuid": "i1", "image_type": "snapshot"}
    image = Image(id="img1", name="v1", status="active", owner="p1", properties=noted)
    assert last_images((), (image,), LOGIN)["i1"].works == "no"
    inherited = image.model_copy(update={"id": "img2"})
    assert last_images((), (inherited,), LOGIN)["i1"].works is None


def test_the_last_image_says_its_day_and_whether_it_boots():
    shown = cells(entry(image=LastImage("i", "n", NOW, "failed")), UNICODE)
    assert any("02 Nov ✗ fails" in cell.text for cell in shown)
