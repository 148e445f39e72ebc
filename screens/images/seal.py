"""Makes a sealed image of an image: what is lost, kept and impossible is shown, then agreed to, then started."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from imaging.runs.plan.seal.request import proposed_description, proposed_name, seal_request
from imaging.runs.plan.start_gate import obstacles
from models.cloud.image import Image
from models.errors import ImagingError
from models.fact import Fact
from models.guest.facts import GuestFacts
from models.run.plan import Plan
from models.run.request import RunRequest
from screens.base import OpenedScreen
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.choose import Choice, ChooseScreen
from screens.dialogs.notice import NoticeScreen
from screens.images.bindings import SEAL_BINDINGS
from screens.images.messages import Planned, Started
from screens.images.seal_text import plan_rows, steps_text
from screens.rules_loading import homes_of, planned_seal
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.entry import Entry
from screens.widgets.rows import RowList
from screens.wizard.pages.content_rows import COLUMNS, ContentRow, cells, content, is_kept
from screens.wizard.review.shown import ReviewShown
from screens.wizard.review.start_guard import StartGuard

PLAN_SECONDS = 0.4
"""From the last change of the request to its plan, which asks the cloud."""
_PATH_QUESTION = "Which file or directory stays in the image? An absolute path; all below it stays, too."
_EARLY = "Nothing was started: that key came before the plan was shown. Press it again."


class SealScreen(OpenedScreen[None]):
    """Name and description, what the seal takes away, and the start."""

    AUTO_FOCUS = "#name"
    CSS_PATH = "seal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = SEAL_BINDINGS

    def __init__(self, image: Image, guest: Fact[GuestFacts], names: frozenset[str]) -> None:
        """Begin with what is proposed.

        Args:
            image: of which a sealed one is made.
            guest: what its inspection found.
            names: of all images, so that the proposed one is free.
        """
        super().__init__()
        self._image, self._guest, self._names = image, guest, names
        self._plan: Plan | None = None
        self._trouble = ""
        self._starting = False
        self._later: Timer | None = None

    def compose_body(self) -> ComposeResult:
        """The fields, and what the seal takes away."""
        from imaging.guidelines.machine import facts_of_machine  # noqa: PLC0415  # not for the first paint

        self._facts = facts_of_machine(self._guest, self.console.clock.now())
        name, description = proposed_name(self._image, self._names), proposed_description(self._image)
        self._request = seal_request(name, description, profile=self.console.profile.name, attended=True)
        self._guard = StartGuard(self.console.clock)
        self._shown = ReviewShown(self, self._guard, lambda: True)
        yield Static("Name of the sealed image", classes="label", markup=False)
        yield Entry(name, enter="Description", id="name")
        yield Static("Description", classes="label", markup=False)
        yield Entry(" ".join(description.split()), enter="Content", id="description")
        yield Static(id="content-heading", classes="label", markup=False)
        yield RowList[ContentRow](
            COLUMNS, key_of=lambda row: row.key, cells_of=cells, glyphs=self.glyphs, header=False, opens="Read",
            id="content",
        )  # fmt: skip
        yield Static(id="content-detail", classes="panel", markup=False)

    def on_mount(self) -> None:
        """Plan what is proposed."""
        self.put_title("Images", self._image.name, "seal")
        self._set_request(self._request)

    def _set_request(self, request: RunRequest) -> None:
        """Another request: show it, and plan it once nothing more is changed for a moment."""
        self._request, self._plan, self._trouble = request, None, ""
        if self._later is not None:
            self._later.stop()
        self._later = self.set_timer(PLAN_SECONDS, lambda: self._make_plan(self._request))
        self._show()

    @work(group="plan", exclusive=True, exit_on_error=False, description="plan the seal")
    async def _make_plan(self, request: RunRequest) -> None:
        console = self.console
        plan = await console.runs.plan_seal(
            await console.cloud(), self._image.id, request, console.profile, guest=self._guest
        )
        self.post_message(Planned(plan))

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        if event.plan.request == self._request:
            self._plan = event.plan
            self._show()

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again."""
        self._starting, self._trouble = False, error.what
        self._show()
        super().failed(error)

    def _show(self) -> None:
        """Show what is known now; the start counts from when it can be read."""
        plan, request = self._plan, self._request
        seal = plan.seal if plan is not None and plan.seal else planned_seal(self._facts, self.console.profile, request)
        shown = content(self._facts, request, seal, homes_of(self._facts), self.glyphs, or_plain=False)
        more = plan_rows(plan, self.glyphs) if plan is not None else ()
        self.query_one("#content-heading", Static).update(self.glyphs.plain(shown.heading.partition(";")[0]))
        self._rows.show((*more, *shown.rows))
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
            self.status.say("Nothing has been changed yet.", Tone.QUIET)

    @property
    def _obstacle(self) -> str:
        """What keeps the seal from starting; empty where nothing is known to."""
        if not self._request.name.strip():
            return "The sealed image needs a name."
        if not self._request.description.strip():
            return "The sealed image needs a description."
        found = obstacles(self._plan) if self._plan is not None else ()
        return found[0].text if found else self._trouble

    @property
    def _rows(self) -> RowList[ContentRow]:
        return self.query_one("#content", RowList)

    def _tell(self) -> None:
        row = self._rows.selected
        lines = (
            [row.text.strip(), f"asked for by {row.reasons}" if row.reasons else "", ", ".join(row.names)]
            if row
            else []
        )
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
            parts = (("Asked for by", row.reasons), ("What is named", "\n".join(row.names)))
            self.app.push_screen(NoticeScreen("The seal", row.text.strip(), *parts))

    @on(Entry.Changed)
    def _written(self, event: Entry.Changed) -> None:
        event.stop()
        field = "name" if event.input.id == "name" else "description"
        if event.value != getattr(self._request, field):
            self._set_request(self._request.model_copy(update={field: event.value}))

    @on(Entry.Submitted)
    def _next_field(self, event: Entry.Submitted) -> None:
        event.stop()
        self.query_one("#description" if event.input.id == "name" else "#content").focus()

    def on_descendant_focus(self) -> None:
        """The keys that are offered depend on what has the focus."""
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered."""
        match action:
            case "start":
                return self._plan is not None and not self._obstacle and not self._starting
            case "keep":
                return self._keepable is not None
            case "network":
                return self._plan is not None and self._plan.test is not None and len(self._plan.test.networks) > 1
            case "steps":
                return self._plan is not None
            case "back":
                return not self._starting
        return super().check_action(action, parameters)

    @property
    def holds(self) -> bool:
        """Whether leaving would let a run go on unseen that begins."""
        return self._starting

    @property
    def _keepable(self) -> ContentRow | None:
        row = self._rows.selected
        return row if row is not None and (row.home is not None or row.kept_path) else None

    def key_name(self, action: str) -> str | None:
        """What the key does to the row under the cursor."""
        row = self._keepable
        if action != "keep" or row is None:
            return None
        kept = bool(row.kept_path) or (row.home is not None and is_kept(row.home, self._request))
        return "Do not keep" if kept else "Keep"

    def action_keep(self) -> None:
        """Keep the home under the cursor, or stop keeping what is kept."""
        row, request = self._keepable, self._request
        if row is None:
            return
        by_owner = row.home is not None and bool(row.home.owner)
        name = (row.home.owner or row.home.path) if row.home is not None else row.kept_path
        field = "keep_homes" if by_owner else "keep_paths"
        kept: tuple[str, ...] = getattr(request, field)
        toggled = tuple(one for one in kept if one != name) if name in kept else (*kept, name)
        self._set_request(request.model_copy(update={field: toggled}))

    def action_add_path(self) -> None:
        """Ask for a path that is kept."""
        self.app.push_screen(AskTextScreen("Keep a path", _PATH_QUESTION, refuses=self._refused), self._add)

    def _refused(self, path: str) -> str:
        from imaging.guidelines.sealing.keeping import refused_path  # noqa: PLC0415  # not for the first paint

        refused = refused_path(path)
        return f"That cannot be kept: {refused}." if refused else ""

    def _add(self, path: str | None) -> None:
        kept = (path or "").rstrip("/")
        if kept and kept not in self._request.keep_paths:
            self._set_request(self._request.model_copy(update={"keep_paths": (*self._request.keep_paths, kept)}))

    def action_network(self) -> None:
        """Choose among the networks that are possible."""
        test = self._plan.test if self._plan is not None else None
        networks = test.networks if test is not None else ()
        choices = [Choice(one.id, one.name, one.id) for one in networks]
        self.app.push_screen(ChooseScreen("Network of clone and test instance", choices), self._network_chosen)

    def _network_chosen(self, network_id: str | None) -> None:
        if network_id is not None:
            self._set_request(self._request.model_copy(update={"network_id": network_id}))

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

    @work(group="start", exclusive=True, exit_on_error=False, description="start the seal")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.switch_screen(RunScreen(event.run.id))
