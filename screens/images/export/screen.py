"""Makes a file of an image: where it lies, its format, whether the image may leave the cloud; then started."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from imaging.runs.plan.start_gate import obstacles
from models.cloud.image import Image
from models.errors import ImagingError, UsageError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.image_file.image_format import ImageFormat
from models.run.obstacle import ObstacleKind
from models.run.plan import Plan
from models.run.request import Attestation, RunRequest, Waiver
from screens.base import OpenedScreen
from screens.dialogs.confirm import ConfirmScreen
from screens.dialogs.notice import NoticeScreen
from screens.images.bindings import EXPORT_BINDINGS
from screens.images.export.questions import format_question, licence_question, reason_question
from screens.images.export.rows import export_rows
from screens.images.messages import Planned, Started
from screens.images.seal_text import steps_text
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import COLUMNS, ContentRow, cells
from screens.wizard.review.shown import ReviewShown
from screens.wizard.review.start_guard import StartGuard

if TYPE_CHECKING:
    from imaging.runs.plan.export.wanted import WantedExport

PLAN_SECONDS = 0.4
"""From the last change to the plan, which asks the cloud."""
_EARLY = "Nothing was started: that key came before the plan was shown. Press it again."


class ExportScreen(OpenedScreen[None]):
    """The file, what is to be known of it, and the start."""

    AUTO_FOCUS = "#file"
    CSS_PATH = "../seal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = EXPORT_BINDINGS

    def __init__(self, image: Image, guest: Fact[GuestFacts]) -> None:
        """Begin with what is proposed.

        Args:
            image: of which a file is made.
            guest: what its last inspection found.
        """
        super().__init__()
        self._image, self._guest = image, guest
        self._kind: ImageFormat | None = None
        self._plan: Plan | None = None
        self._trouble = self._remedy = ""
        self._starting = False
        self._later: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """The file, and what is to be known of it."""
        from imaging.files.target import proposed_file_name  # noqa: PLC0415  # not for the first paint

        stored = self._image.disk_format
        kind = ImageFormat(stored) if stored in set(ImageFormat) else ImageFormat.RAW
        self._path = f"~/{proposed_file_name(self._image.name, kind)}"
        self._request = RunRequest(
            profile=self.console.profile.name, attended=True, test=False, timeout_seconds=24 * 3600
        )
        self._guard = StartGuard(self.console.clock)
        self._shown = ReviewShown(self, self._guard, lambda: True)
        yield Static("File on this machine", classes="label", markup=False)
        yield Entry(self._path, enter="Content", id="file")
        yield Static("What will be written", classes="label", markup=False)
        yield RowList[ContentRow](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False, opens="Read",
            id="content",
        )  # fmt: skip
        yield Static(id="content-detail", classes="panel", markup=False)

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self.put_title("Images", self._image.name, "export")
        self._plan_again()

    def _plan_again(self) -> None:
        """Something was changed: plan it once nothing more is changed for a moment."""
        self._plan, self._trouble, self._remedy = None, "", ""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PLAN_SECONDS, self._make_plan)
        self._show()

    def _wanted(self) -> WantedExport:
        from imaging.runs.plan.export.wanted import WantedExport  # noqa: PLC0415  # not for the first paint

        try:
            path = Path(self._path).expanduser()
        except RuntimeError:
            raise UsageError("The home of that user is not known.", remedy="Name the file by its whole path.") from None
        if not self._path.strip():
            raise UsageError("The file needs a name.")
        return WantedExport(path, self._kind)

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan the export")
    async def _make_plan(self) -> None:
        console, request = self.console, self._request
        plan = await console.runs.plan_export(
            await console.cloud(), self._image.id, request, console.profile, wanted=self._wanted(), guest=self._guest
        )
        self.post_message(Planned(plan))

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        self._take_plan(event.plan)

    def _take_plan(self, plan: Plan) -> None:
        """Show a plan, unless something was changed since it was asked for."""
        export = plan.export
        is_wanted = (
            export is not None and export.path == self._absolute and plan.request.waivers == self._request.waivers
        )
        if is_wanted and plan.request.attestations == self._request.attestations:
            self._plan = plan
            self._show()

    @property
    def _absolute(self) -> str:
        return str(Path(self._path).expanduser().absolute())

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again; a name that is taken is said where it is written."""
        self._starting, self._trouble, self._remedy = False, error.what, error.remedy
        self._show()
        if not isinstance(error, UsageError):
            super().failed(error)

    def _show(self) -> None:
        """Show what is known now; the start counts from when it can be read."""
        self._rows.show(tuple(export_rows(self._plan, self.glyphs)))
        self._tell()
        self._say()
        self._shown.changed()
        self.refresh_bindings()

    def _say(self) -> None:
        if self._obstacle:
            self.status.say(self._obstacle, Tone.WARN)
        elif self._plan is None:
            self.status.say("Making the plan", Tone.QUIET)
        else:
            self.status.say("Nothing has been downloaded yet.", Tone.QUIET)

    @property
    def _obstacle(self) -> str:
        """What keeps the export from starting; empty where nothing is known to."""
        found = obstacles(self._plan) if self._plan is not None else ()
        if len(found) > 1:
            return f"{len(found)} things to do first: see the list."
        return found[0].text if found else self._trouble

    @property
    def _rows(self) -> RowList[ContentRow]:
        return self.query_one("#content", RowList)

    def _tell(self) -> None:
        row = self._rows.selected
        lines = [row.text.strip(), ", ".join(row.names)] if row else [self._trouble, self._remedy]
        text = Content("\n").join(Content(self.glyphs.plain(line)) for line in lines if line)
        self.query_one("#content-detail", Static).update(text)

    @on(RowList.Moved, "#content")
    def _moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._tell()
        self.refresh_bindings()

    @on(RowList.Opened, "#content")
    def _opened(self, event: RowList.Opened) -> None:
        event.stop()
        if (row := self._rows.selected) is not None:
            self.app.push_screen(NoticeScreen("Export", row.text.strip(), ("", "\n".join(row.names))))

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        if event.value != self._path:
            self._path = event.value
            self._plan_again()

    @on(Entry.Submitted)
    def _next_field(self, event: Entry.Submitted) -> None:
        event.stop()
        self._rows.focus()

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on what has the focus."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        match action:
            case "start":
                return self._plan is not None and not self._obstacle and not self._starting
            case "waive":
                return self._is_asked(ObstacleKind.BLOCKER) or bool(self._request.waivers)
            case "confirm":
                return self._is_asked(ObstacleKind.CONFIRMATION)
            case "format" | "steps":
                return self._plan is not None
            case "back":
                return not self._starting
        return super().check_action(action, parameters)

    def _is_asked(self, kind: ObstacleKind) -> bool:
        return self._plan is not None and any(one.kind is kind for one in obstacles(self._plan))

    @property
    def holds(self) -> bool:
        """Whether leaving would let a run go on unseen that begins."""
        return self._starting

    def action_format(self) -> None:
        """Choose the format; the name of the file follows where it ends in one."""
        self.app.push_screen(format_question(self._image.disk_format or ""), self._format_chosen)

    def _format_chosen(self, chosen: str | None) -> None:
        if chosen is None:
            return
        before = self._kind
        self._kind = ImageFormat(chosen) if chosen else None
        if self._kind is not before:
            self._rename(self._kind)
            self._plan_again()

    def _rename(self, kind: ImageFormat | None) -> None:
        stem, dot, ending = self._path.rpartition(".")
        if dot and ending in {one.value for one in ImageFormat}:
            self._path = f"{stem}.{kind.value if kind is not None else self._image.disk_format or 'raw'}"
            self.query_one("#file", Entry).value = self._path

    def action_waive(self) -> None:
        """Ask why the image may leave the cloud."""
        given = next((one.reason for one in self._request.waivers), "")
        self.app.push_screen(reason_question(self._plan, given), self._reason_given)

    def _reason_given(self, reason: str | None) -> None:
        if reason is None:
            return
        waivers = (Waiver(rule="EXPORT", reason=reason),) if reason else ()
        self._request = self._request.model_copy(update={"waivers": waivers})
        self._plan_again()

    def action_confirm(self) -> None:
        """Ask once more about what is licensed."""
        self.app.push_screen(ConfirmScreen(licence_question(self._plan)), self._confirmed)

    def _confirmed(self, agreed: bool | None) -> None:
        if agreed:
            given = Attestation(rule="EXPORT-LICENCES", given_by="you", given_at=self.console.clock.now())
            self._request = self._request.model_copy(update={"attestations": (given,)})
            self._plan_again()

    def action_steps(self) -> None:
        """Show the steps."""
        if self._plan is not None:
            self.app.push_screen(NoticeScreen("Steps", steps_text(self._plan)))

    def action_start(self) -> None:
        """Start it; not by a key that was typed before the plan could be read."""
        if self._plan is None or not self.check_action("start", ()):
            return
        if not self._guard.has_been_read:
            self.status.notice(_EARLY, Tone.WARN)
            return
        self._starting = True
        self.refresh_bindings()
        self.status.say("Starting the run", Tone.ACCENT)
        self._start(self._plan)

    @work(group="start", exclusive=True, exit_on_error=False, description="start the export")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.switch_screen(RunScreen(event.run.id))
