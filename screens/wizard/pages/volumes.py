"""The page of the volumes: what happens to them and to the power, what is done if the run fails, and its time limit."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from imaging.guidelines.instance.root_volume import data_attachments
from models.cloud.instance import Instance, VolumeAttachment
from models.formatting import counted
from models.guidelines.facts import InstanceFacts
from models.run.request import OnFailure, RunRequest
from models.run.time_limit import EXAMPLES, duration_refusal, seconds_of, written
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice
from screens.dialogs.notice import NoticeScreen
from screens.dialogs.pick import PickOne
from screens.style.tones import Tone, joined, toned
from screens.widgets.columns import Cell, Column
from screens.widgets.rows import RowList
from screens.wizard.state import Page, WizardState

_CHOICES = (
    Choice(OnFailure.RESTORE.value, "restore it", "its volumes, power state and lock"),
    Choice(OnFailure.LEAVE.value, "leave it stopped", "without its volumes, until you undo"),
)

_TWO_HOURS = 7200
_ANOTHER = "another"
"""The key of the choice to write a time limit."""

_COLUMNS = (
    Column("Device", 10),
    Column("Volume", 16, grow=1),
    Column("Size", 9, right=True),
    Column("In the guest", 34, grow=2, drop=1),
)

_NOT_KNOWN_INSIDE = "attached again, in this order"

Row = tuple[VolumeAttachment, str, str, str]
"""Attachment, name, size, and what the guest says about it."""


class VolumesPage(Page):
    """Volumes, power, and the answer to failure."""

    def compose(self) -> ComposeResult:
        """The volumes, the power, the choice."""
        yield Static(id="volumes-lead", markup=False)
        yield RowList[Row](
            _COLUMNS, key_of=lambda row: row[0].volume_id, cells_of=_cells, glyphs=self.glyphs,
            empty="No volumes", opens="Read", id="volumes",
        )  # fmt: skip
        yield Static(id="power", markup=False)
        yield Static(
            toned("If the run fails after it has stopped the instance", Tone.QUIET), classes="label", markup=False
        )
        yield PickOne(_CHOICES, self.state.request.on_failure.value, glyphs=self.glyphs, id="failure")
        yield Static(toned("Time limit of the whole run", Tone.QUIET), classes="label", markup=False)
        yield PickOne(_limits(self.state.request), str(_TWO_HOURS), glyphs=self.glyphs, id="limit")

    def enter(self) -> None:
        """Begin with the choice."""
        self.query_one("#failure").focus()

    def show(self, state: WizardState) -> None:
        """Show the volumes as they are now."""
        super().show(state)
        rows = _rows(state.facts)
        volumes = self.query_one("#volumes", RowList)
        volumes.display = bool(rows)
        volumes.show(rows)
        self.query_one("#volumes-lead", Static).update(joined(_lead(state.facts, rows)))
        self.query_one("#power", Static).update(joined(_power(state.instance)))
        request = state.request
        self.query_one("#failure", PickOne).offer(_CHOICES, request.on_failure.value)
        self.query_one("#limit", PickOne).offer(_limits(request), str(request.timeout_seconds))

    @on(RowList.Opened, "#volumes")
    def _opened(self, event: RowList.Opened) -> None:
        """Show a volume whole: what the guest does with it is longer than a line."""
        event.stop()
        rows: RowList[Row] = self.query_one("#volumes", RowList)
        if (row := rows.selected) is not None:
            attachment, name, size, inside = row
            parts = (("Id", attachment.volume_id), ("Device", attachment.device or ""), ("Size", size))
            self.app.push_screen(NoticeScreen("Volume", name, *parts, ("In the guest", inside or _NOT_KNOWN_INSIDE)))

    @on(PickOne.Picked, "#failure")
    def _picked(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(on_failure=OnFailure(event.key))

    @on(PickOne.Picked, "#limit")
    def _limited(self, event: PickOne.Picked) -> None:
        event.stop()
        if event.key != _ANOTHER:
            self._limit_written(event.key)
            return
        question = AskTextScreen(
            "Time limit",
            "After how long does the run stop by itself? If the instance is stopped by then, the answer to a failure "
            "applies.",
            value=written(self.state.request.timeout_seconds),
            refuses=duration_refusal,
        )
        self.app.push_screen(question, self._limit_written)

    def _limit_written(self, text: str | None) -> None:
        seconds = seconds_of(text) if text is not None else None
        self.change(timeout_seconds=seconds or self.state.request.timeout_seconds)


def _limits(request: RunRequest) -> Sequence[Choice]:
    """The usual limit, another that was chosen, and the way to choose one."""
    seconds = dict.fromkeys((_TWO_HOURS, request.timeout_seconds))
    notes = {_TWO_HOURS: "as usual"}
    chosen = (Choice(str(each), written(each), notes.get(each, "")) for each in seconds)
    return (*chosen, Choice(_ANOTHER, "another time limit", f"such as {EXAMPLES}"))


def _rows(facts: InstanceFacts | None) -> Sequence[Row]:
    if facts is None or facts.instance.value is None:
        return ()
    from imaging.runs.plan.guest_warnings import volume_in_guest  # noqa: PLC0415  # not for the first paint

    attachments = data_attachments(facts.instance.value, facts.attachments.value or (), facts.volumes.value)
    volumes = {volume.id: volume for volume in facts.volumes.value or ()}
    rows = []
    for attachment in attachments:
        volume = volumes.get(attachment.volume_id)
        size = f"{volume.size_gib} GiB" if volume and volume.size_gib else "?"
        name = volume.name if volume and volume.name else attachment.volume_id
        rows.append((attachment, name, size, volume_in_guest(attachment, facts.guest.value)))
    return rows


def _cells(row: Row) -> Sequence[Cell]:
    attachment, name, size, inside = row
    return (
        Cell(attachment.device or "?", Tone.QUIET),
        Cell(name),
        Cell(size, Tone.QUIET),
        Cell(inside or _NOT_KNOWN_INSIDE, Tone.PLAIN if inside else Tone.QUIET),
    )


def _lead(facts: InstanceFacts | None, rows: Sequence[Row]) -> str:
    if facts is None:
        return "Reading the volumes"
    if not facts.attachments.known:
        return f"The attachments could not be read: {facts.attachments.unknown_because}"
    if not rows:
        return "No volume needs to be detached."
    detached = f"{counted(len(rows), 'volume')} will be detached while the instance is stopped."
    return f"{detached} {'Its' if len(rows) == 1 else 'Their'} data is not in the image."


def _power(instance: Instance) -> str:
    if instance.is_running:
        return (
            "It is running and will be stopped: Nova asks it to shut down by ACPI, and powers it off after the "
            "cloud's time-out (usually 60 s). It is started again once its volumes are attached."
        )
    return "It is stopped and stays stopped."
