"""Makes a file of an image: where it lies, its format, whether the image may leave the cloud; then started."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
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
from screens.dialogs.confirm import ConfirmScreen
from screens.images.bindings import EXPORT_BINDINGS
from screens.images.export.questions import format_question, licence_question, reason_question
from screens.images.export.rows import export_rows
from screens.images.planned_run import PlannedRunScreen
from screens.widgets.entry import Entry
from screens.wizard.pages.content_rows import ContentRow

if TYPE_CHECKING:
    from imaging.runs.plan.export.wanted import WantedExport


class ExportScreen(PlannedRunScreen):
    """The file, what is to be known of it, and the start."""

    AUTO_FOCUS = "#file"
    CSS_PATH = "../planned_run.tcss"
    BINDINGS: ClassVar[list[BindingType]] = EXPORT_BINDINGS
    UNTOUCHED = "Nothing has been downloaded yet."
    TOPIC = "Export"

    def __init__(self, image: Image, guest: Fact[GuestFacts]) -> None:
        """Begin with what is proposed.

        Args:
            image: of which a file is made.
            guest: what its last inspection found.
        """
        super().__init__()
        self._image, self._guest = image, guest
        self._kind: ImageFormat | None = None
        self._remedy = ""

    def compose_body(self) -> ComposeResult:
        """The file, and what is to be known of it."""
        from imaging.files.target import proposed_file_name  # noqa: PLC0415  # not for the first paint

        stored = self._image.disk_format
        kind = ImageFormat(stored) if stored in set(ImageFormat) else ImageFormat.RAW
        self._path = f"~/{proposed_file_name(self._image.name, kind)}"
        self._request = RunRequest(
            profile=self.console.profile.name, attended=True, test=False, timeout_seconds=24 * 3600
        )
        yield Static("File on this machine", classes="label", markup=False)
        yield Entry(self._path, enter="Content", id="file")
        yield Static("What will be written", classes="label", markup=False)
        yield from self.compose_list()

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self.put_title("Images", self._image.name, "export")
        self.plan_again()

    def plan_again(self) -> None:
        """Plan again, and forget what was said to do about the last one."""
        self._remedy = ""
        super().plan_again()

    def _wanted(self) -> WantedExport:
        from imaging.runs.plan.export.wanted import WantedExport  # noqa: PLC0415  # not for the first paint

        try:
            path = Path(self._path).expanduser()
        except RuntimeError:
            raise UsageError("The home of that user is not known.", remedy="Name the file by its whole path.") from None
        if not self._path.strip():
            raise UsageError("The file needs a name.")
        return WantedExport(path, self._kind)

    async def make_plan(self) -> Plan:
        """Ask for the plan of the file as it is named."""
        console, request, cloud = self.console, self._request, await self.console.cloud()
        return await console.runs.plans.export(
            cloud, self._image.id, request, console.profile, wanted=self._wanted(), guest=self._guest
        )

    def takes(self, plan: Plan) -> bool:
        """Whether a plan is that of the file and of the answers as they are now."""
        export, asked, now = plan.export, plan.request, self._request
        is_of_file = export is not None and export.path == self._absolute
        return is_of_file and (asked.waivers, asked.attestations) == (now.waivers, now.attestations)

    @property
    def _absolute(self) -> str:
        return str(Path(self._path).expanduser().absolute())

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again; a name that is taken is said where it is written."""
        self._remedy = error.remedy
        if isinstance(error, UsageError):
            self.tell_trouble(error)
        else:
            super().failed(error)

    def rows_of_plan(self) -> Iterator[ContentRow]:
        """What will be written, and what keeps the image from leaving."""
        yield from export_rows(self._plan, self.glyphs)

    def of_obstacles(self, texts: tuple[str, ...]) -> str:
        """How many there are, where a line would hold one alone."""
        return f"{len(texts)} things to do first: see the list." if len(texts) > 1 else texts[0]

    def detail_lines(self, row: ContentRow | None) -> list[str]:
        """What is said about the row under the cursor, or what to do about the file's name."""
        return [self._trouble, self._remedy] if row is None else super().detail_lines(row)

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        if event.value != self._path:
            self._path = event.value
            self.plan_again()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        match action:
            case "waive":
                return self._is_asked(ObstacleKind.BLOCKER) or bool(self._request.waivers)
            case "confirm":
                return self._is_asked(ObstacleKind.CONFIRMATION)
            case "format":
                return self._plan is not None
        return super().check_action(action, parameters)

    def _is_asked(self, kind: ObstacleKind) -> bool:
        return self._plan is not None and any(one.kind is kind for one in obstacles(self._plan))

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
            self.plan_again()

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
        self.plan_again()

    def action_confirm(self) -> None:
        """Ask once more about what is licensed."""
        self.app.push_screen(ConfirmScreen(licence_question(self._plan)), self._confirmed)

    def _confirmed(self, agreed: bool | None) -> None:
        if agreed:
            given = Attestation(rule="EXPORT-LICENCES", given_by="you", given_at=self.console.clock.now())
            self._request = self._request.model_copy(update={"attestations": (given,)})
            self.plan_again()
