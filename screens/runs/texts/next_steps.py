"""What can be done about a run that is over, with the key for each: pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual.content import Content

from imaging.runs.test_instance.boot_verdict.boot_cause import boot_failure
from models.formatting import minute
from models.run.record import RunRecord, RunState, StepRecord, Trouble
from models.run.request import Visibility
from models.steps import StepState
from screens.runs.texts.judged.seal_text import is_proven_sealed, seal_failure
from screens.runs.texts.judged.works_text import what_failed, works_failure
from screens.runs.texts.offers import shows_clone
from screens.style.glyphs import Glyphs
from screens.style.tones import Tone, joined, toned


def next_steps(run: RunRecord, keys: Mapping[str, str], glyphs: Glyphs) -> Content:
    """A line for each thing that can be done.

    Args:
        run: a run that is over.
        keys: the key of each action that works now.
        glyphs: the signs that the terminal can show.
    """
    from imaging.runs.core.outcome import kept_note  # noqa: PLC0415  # of a run that is over: not for the first paint

    width = max((len(key) for key in keys.values()), default=0)
    lines = [Content(glyphs.plain(text)) for text in _advice(run, glyphs)]
    if login := _login(kept_note(run)):
        lines.append(Content(glyphs.plain(login)))
    for action, text in _texts(run).items():
        if action in keys:
            lines.append(joined(toned(keys[action].ljust(width), Tone.ACCENT).stylize("bold"), "  ", text))
    return Content("\n").join(lines)


def _login(kept: str) -> str:
    """How to log in to a test instance that is kept, in a line: the keys below it say the rest."""
    parts = [each.rpartition(", ")[2] for each in kept.split("; ")]
    found = "; ".join(each for each in parts if each.startswith(("`ssh ", "port 22 ")))
    return f"Log in: {found}" if found else ""


def _advice(run: RunRecord, glyphs: Glyphs) -> Iterator[str]:
    """What the cloud or the engine said beside the cause, where no cause says it better."""
    trouble = _trouble(run)
    yield from what_failed(run, glyphs)
    if _is_proven(run) and run.plan.request.visibility is Visibility.PRIVATE and run.spec.makes_image:
        yield f"To share it: openstack image set --shared {run.image_id}"
    if run.state is RunState.FAILED and trouble is not None and boot_failure(run.verdict) is None:
        # The first reason against a seal stands in the headline; all of them are read behind their row.
        meaning = "" if seal_failure(run) or works_failure(run) else trouble.meaning
        yield from (text for text in (meaning, trouble.remedy) if text)
        if trouble.request_id:
            yield f"request {trouble.request_id}"


def _trouble(run: RunRecord) -> Trouble | None:
    failed: StepRecord | None = next((step for step in run.steps if step.state is StepState.FAILED), None)
    return run.trouble or (failed.trouble if failed is not None else None)


def _texts(run: RunRecord) -> dict[str, str]:
    """What each action does, in the order in which they are of use: after a failure how to go further comes first."""
    image_id = run.image_id or (run.plan.image.id if run.plan.image else "")
    again, others = (
        {
            "remove_kept": _removal(run),
            "undo": f"Restore {run.title}: volumes, power state, lock",
            "again": _again(run),
        },
        {
            "image": f"Show the image in the list: {image_id}",
            "report": "Open the report",
            "console": f"Show the console of the {'clone' if shows_clone(run) else 'test instance'}",
        },
    )
    ordered = {**others, **again} if _is_proven(run) else {**again, **others}
    return {**ordered, "delete_image": f"Delete the image {run.plan.request.name}"}


def _removal(run: RunRecord) -> str:
    until = f", which stays until {minute(run.kept_until)}" if run.kept_until is not None else ""
    return f"Remove the test instance{until}"


def _again(run: RunRecord) -> str:
    failure = boot_failure(run.verdict)
    if not run.spec.makes_image:
        return ""
    if failure is not None and failure.rule:
        return f"Fix {failure.rule} on {run.title} and run again; nothing starts by itself"
    if _is_proven(run):
        return f"Make another image of {run.title}"
    return f"Run again for {run.title}; nothing starts by itself"


def _is_proven(run: RunRecord) -> bool:
    """Whether it made an image that is still there, was seen to boot and to be sealed where it was to be, and works."""
    removed = any(each.id == run.image_id and each.removed for each in run.owned)
    booted = run.verdict is not None and run.verdict.has_proved_boot
    made = run.image_id is not None and not removed
    return made and booted and is_proven_sealed(run) and not works_failure(run)
