"""Page three: what happens to volumes and power, and what to do with the instance if the run fails."""

from __future__ import annotations

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.widgets import Static

from imaging.guidelines.root_volume import data_attachments
from models.facts import InstanceFacts
from models.instance import Instance, VolumeAttachment
from models.request import OnFailure
from models.text import one_line
from screens.choose import Choice
from screens.tones import Tone, joined, toned
from screens.widgets.columns import Cell, Column
from screens.widgets.pick import PickOne
from screens.widgets.rows import RowList
from screens.wizard.state import Page, WizardState
from screens.wording import counted

_CHOICES = (
    Choice(OnFailure.PUT_BACK.value, "put it back", "volumes, power and lock as they were"),
    Choice(OnFailure.LEAVE.value, "leave it for a look", "stopped, without its volumes, until you undo"),
)

_COLUMNS = (
    Column("Device", 10),
    Column("Volume", 16, grow=1),
    Column("Size", 9, right=True),
    Column("In the guest, afterwards", 34, grow=2, drop=1),
)

Row = tuple[VolumeAttachment, str, str, str]
"""Attachment, name, size, and what the guest says of it."""


class VolumesPage(Page):
    """Volumes, power, and the answer to failure."""

    HEADING = "Volumes, power"

    def compose(self) -> ComposeResult:
        """The volumes, the power, the choice."""
        yield Static(id="volumes-lead", markup=False)
        yield RowList[Row](
            _COLUMNS, key_of=lambda row: row[0].volume_id, cells_of=_cells, glyphs=self.glyphs,
            empty="No volumes", id="volumes",
        )  # fmt: skip
        yield Static(id="power", markup=False)
        yield Static(
            toned("If the run fails after it has stopped the instance", Tone.QUIET), classes="label", markup=False
        )
        yield PickOne(_CHOICES, self.state.request.on_failure.value, glyphs=self.glyphs, id="failure")

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

    @on(PickOne.Picked, "#failure")
    def _picked(self, event: PickOne.Picked) -> None:
        event.stop()
        self.change(on_failure=OnFailure(event.key))


def _rows(facts: InstanceFacts | None) -> Sequence[Row]:
    if facts is None or facts.instance.value is None:
        return ()
    from imaging.runs.guest_warnings import volume_in_guest  # noqa: PLC0415  # not for the first paint

    attachments = data_attachments(facts.instance.value, facts.attachments.value or (), facts.volumes.value)
    volumes = {volume.id: volume for volume in facts.volumes.value or ()}
    rows = []
    for attachment in attachments:
        volume = volumes.get(attachment.volume_id)
        size = f"{volume.size_gib} GiB" if volume and volume.size_gib else "?"
        name = one_line(volume.name) if volume and volume.name else attachment.volume_id
        rows.append((attachment, name, size, volume_in_guest(attachment, facts.guest.value)))
    return rows


def _cells(row: Row) -> Sequence[Cell]:
    attachment, name, size, inside = row
    return (
        Cell(attachment.device or "?", Tone.QUIET),
        Cell(name),
        Cell(size, Tone.QUIET),
        Cell(one_line(inside) or "attached again, in this order", Tone.PLAIN if inside else Tone.QUIET),
    )


def _lead(facts: InstanceFacts | None, rows: Sequence[Row]) -> str:
    if facts is None:
        return "Reading the volumes"
    if not facts.attachments.known:
        return f"The attachments could not be read: {one_line(facts.attachments.unknown_because or '')}"
    if not rows:
        return "No volume needs to be detached."
    detached = f"{counted(len(rows), 'volume')} will be detached while the instance is stopped."
    return f"{detached} What is on them is not part of the image."


def _power(instance: Instance) -> str:
    if instance.is_running:
        return (
            "It is running and will be stopped: asked by ACPI, and switched off by Nova when it has not obeyed "
            "after the cloud's time-out (60 s as a rule). It is started again when its volumes are back."
        )
    return "It is stopped and stays stopped."
