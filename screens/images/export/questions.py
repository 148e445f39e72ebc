"""What is asked before an image is exported."""

from __future__ import annotations

from imaging.runs.plan.start_gate import obstacles
from models.image_file.image_format import ImageFormat
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.confirm import Question

_REASON = "Why may this image leave the cloud as it is? The reason goes into the report."
_LICENCES = "Is all licensed software in this image yours to give away as a file?"
_NOTES = {ImageFormat.QCOW2: "compressed", ImageFormat.RAW: "the disk itself", ImageFormat.VMDK: "one file"}


def format_question(stored: str) -> ChooseScreen:
    """Which format the file gets; the empty key: as it is stored."""
    from imaging.runs.plan.export.wanted import FORMATS  # noqa: PLC0415  # not for the first paint

    choices = [Choice("", "As it is stored", stored)]
    choices += [Choice(one.value, one.in_words, _NOTES.get(one, "")) for one in FORMATS]
    return ChooseScreen("Format of the file", choices)


def reason_question(plan: Plan | None, given: str) -> AskTextScreen:
    """Why the image may leave the cloud; `given` is the answer of before."""
    return AskTextScreen(
        "Export anyway",
        _REASON,
        value=given,
        details=_told(plan, ObstacleKind.BLOCKER),
        refuses=lambda reason: "" if reason else "A reason is needed.",
        can_take_back=bool(given),
    )


def licence_question(plan: Plan | None) -> Question:
    """Asks once more about what is licensed."""
    return Question("Licences", _LICENCES, _told(plan, ObstacleKind.CONFIRMATION))


def _told(plan: Plan | None, kind: ObstacleKind) -> str:
    return "\n".join(one.text for one in (obstacles(plan) if plan is not None else ()) if one.kind is kind)
