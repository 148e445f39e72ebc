"""The wizard that turns one instance into a run: image, checklist, volumes and power, test launch, review, go."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import ContentSwitcher, Static

from imaging.cloud.instance_facts import gather_facts
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.guidelines.facts import InstanceFacts
from models.run.plan import Plan
from models.run.record import RunRecord
from models.run.request import RunRequest
from screens.base import OpenedScreen
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import explained
from screens.guest_work.guest_work import GuestWork
from screens.guest_work.messages import GuestProgress, GuestRead
from screens.runs.run import RunScreen
from screens.style.tones import Tone, joined, toned
from screens.wizard.page_checklist import ChecklistPage
from screens.wizard.page_image import ImagePage
from screens.wizard.page_review import ReviewPage, obstacle_line, obstacles_counted
from screens.wizard.page_test import TestPage
from screens.wizard.page_volumes import VolumesPage
from screens.wizard.state import Page, RequestChanged, WizardState

_PAGES: tuple[type[Page], ...] = (ImagePage, ChecklistPage, VolumesPage, TestPage, ReviewPage)


class WizardScreen(OpenedScreen[None]):
    """Asks everything beforehand; nothing is changed before `Start` on the last page."""

    CSS_PATH = "wizard.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+n", "next", "Next", id="wizard.next", priority=True, tooltip="To the next page"),
        Binding(
            "p", "inspect", "Inspect", id="wizard.inspect", tooltip="Inspect the guest by SSH; nothing is changed in it"
        ),
        Binding(
            "u",
            "uninspected",
            "Without inspection",
            id="wizard.uninspected",
            tooltip="Continue although the guest was not inspected, or not wholly; the reason goes into the report",
        ),
        Binding("ctrl+g", "start", "Start", id="wizard.start", tooltip="Start the run that this page describes"),
        Binding(
            "escape,q",
            "back",
            "Back",
            id="wizard.back",
            tooltip="To the previous page; leaves the wizard from the first",
        ),
    ]

    class FactsRead(Message):
        """The instance was read."""

        def __init__(self, facts: InstanceFacts) -> None:
            super().__init__()
            self.facts = facts

    class Planned(Message):
        """A plan was made of a request, or could not be."""

        def __init__(self, request: RunRequest, plan: Plan | None, trouble: str = "") -> None:
            super().__init__()
            self.request = request
            self.plan = plan
            self.trouble = trouble

    class Started(Message):
        """The run is in the journal and its runner was started."""

        def __init__(self, run: RunRecord) -> None:
            super().__init__()
            self.run = run

    def __init__(self, instance: Instance, facts: InstanceFacts | None) -> None:
        """Begin with what is known of the instance already."""
        super().__init__()
        self._instance = instance
        self._known = facts
        self._guest = facts.guest if facts is not None and facts.guest.known else None
        self._page = 0
        self._starting = False
        self._inside = GuestWork(self, lambda: None)  # nothing that it does here changes the cloud

    def compose_body(self) -> ComposeResult:
        """The way through the pages, and the page."""
        request = RunRequest(profile=self.console.profile.name, attended=True)
        self._state = WizardState(self._instance, self.console.profile, request)
        yield Static(id="pages-line", markup=False)
        with ContentSwitcher(initial="page-0", id="pages"):
            for number, page in enumerate(_PAGES):
                yield page(self._state, self.glyphs, id=f"page-{number}")

    def on_mount(self) -> None:
        """Read the instance again: what the list knew may be old."""
        self.put_title("Instances", self._instance.name, "make an image")
        if self._known is not None:
            self._set_state(replace(self._state, facts=self._known))
        self._open_page(0)
        self._read_facts()

    @work(group="facts", exclusive=True, exit_on_error=False, description="read the instance")
    async def _read_facts(self) -> None:
        cloud = await self.console.cloud()
        facts = await gather_facts(cloud, self._instance.id, self.console.clock)
        if self._guest is None:
            stored = await in_thread(self.console.guests.stored, self._instance.id)
            self._guest = stored if stored.known else None
        self.post_message(self.FactsRead(facts))

    @work(group="plan", exclusive=True, exit_on_error=False, description="make the plan")
    async def _make_plan(self, request: RunRequest) -> None:
        try:
            cloud = await self.console.cloud()
            plan = await self.console.runs.plan(
                cloud, self._instance.id, request, self.console.profile, guest=self._guest
            )
        except ImagingError as error:
            self.post_message(self.Planned(request, None, str(error)))
        else:
            self.post_message(self.Planned(request, plan))

    @work(group="start", exclusive=True, exit_on_error=False, description="start the run")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(self.Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(FactsRead)
    def _facts_read(self, event: FactsRead) -> None:
        event.stop()
        instance = event.facts.instance.value or self._instance
        facts = event.facts if self._guest is None else event.facts.model_copy(update={"guest": self._guest})
        self._set_state(replace(self._state, facts=facts, instance=instance))

    @on(GuestRead)
    def _guest_read(self, event: GuestRead) -> None:
        """Judge, and plan, by what the inspection found."""
        event.stop()
        self._guest = event.guest
        if self._state.facts is not None:
            facts = self._state.facts.model_copy(update={"guest": event.guest, "now": self.console.clock.now()})
            self._set_state(replace(self._state, facts=facts, plan=None, plan_trouble=""))
            self._plan_if_wanted()

    @on(GuestProgress)
    def _show_progress_of(self, event: GuestProgress) -> None:
        event.stop()
        self.status.say(event.text, Tone.ACCENT) if event.text else self._show_status()

    @on(RequestChanged)
    def _request_changed(self, event: RequestChanged) -> None:
        event.stop()
        request = self._state.request.model_copy(update=dict(event.update))
        self._set_state(replace(self._state, request=request, plan_trouble=""))
        self._plan_if_wanted()

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        if event.request == self._state.request:
            self._set_state(replace(self._state, plan=event.plan, plan_trouble=event.trouble))

    @on(Started)
    def _started(self, event: Started) -> None:
        event.stop()
        self.app.switch_screen(RunScreen(event.run.id))

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again."""
        self._starting = False
        self.status.say(error.what, Tone.BAD)
        super().failed(explained(error))

    def _set_state(self, state: WizardState) -> None:
        self._state = state.judged()
        for page in self.query(Page):
            page.show(self._state)
        self._show_status()
        self.refresh_bindings()

    def _show_status(self) -> None:
        found = self._state.obstacles
        if found:
            self.status.say(f"{obstacles_counted(found)}: {obstacle_line(found[0])}", Tone.WARN)
        elif self._state.checklist is not None:
            self.status.say("Nothing is changed before you press Start on the last page.")
        else:
            self.status.say("Reading the instance")

    def _open_page(self, page: int) -> None:
        self._page = page
        self.query_one("#pages", ContentSwitcher).current = f"page-{page}"
        self.query_one("#pages-line", Static).update(self._page_titles())
        self._current.enter()
        self._plan_if_wanted()
        self.refresh_bindings()

    def _plan_if_wanted(self) -> None:
        if isinstance(self._current, TestPage | ReviewPage) and self._state.plan is None:
            self._make_plan(self._state.request)

    @property
    def _current(self) -> Page:
        return self.query_one(f"#page-{self._page}", Page)

    def _page_titles(self) -> Content:
        parts: list[Content | str] = []
        for number, page in enumerate(_PAGES):
            tone = Tone.ACCENT if number == self._page else Tone.QUIET
            part = toned(f"{number + 1} {page.HEADING}", tone)
            parts += [part.stylize("bold") if number == self._page else part, "   "]
        return joined(*parts[:-1])

    @property
    def is_settled(self) -> bool:
        """Whether the page shows all that it waits for from the cloud."""
        waits_for_plan = isinstance(self._current, TestPage | ReviewPage)
        return self._state.facts is not None and not (waits_for_plan and self._state.plan is None)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Go only where everything is known and there is no obstacle."""
        last = self._page == len(_PAGES) - 1
        if action == "next":
            return not last
        if action == "start":
            return last and self._may_go
        if action == "inspect":
            return self._inspection_is_missing and self._state.instance.is_running and not self._inside.busy
        if action == "uninspected":
            return self._inspection_is_missing or bool(self._state.request.uninspected)
        if action == "back" and self._starting:
            return False  # the run that begins would be cut off, or go on unseen
        return super().check_action(action, parameters)

    @property
    def _inspection_is_missing(self) -> bool:
        checklist = self._state.checklist
        return checklist is not None and (checklist.not_inspected_because is not None or bool(checklist.unanswered))

    @property
    def _may_go(self) -> bool:
        return self._state.plan is not None and not self._state.obstacles and not self._starting

    def action_inspect(self) -> None:
        """Inspect the guest."""
        if self._state.facts is not None:
            self._inside.inspect(self._state.facts)

    def action_uninspected(self) -> None:
        """Ask why the image is made without an inspection; an empty reason takes that back."""
        question = AskTextScreen(
            "Continue without inspection",
            "Why make the image although nobody knows all that is in it? The reason goes into the report.",
            value=self._state.request.uninspected,
        )
        self.app.push_screen(question, self._continue_uninspected)

    def _continue_uninspected(self, reason: str | None) -> None:
        if reason is not None:
            self.post_message(RequestChanged({"uninspected": reason}))

    def action_next(self) -> None:
        """To the next page."""
        self._open_page(min(self._page + 1, len(_PAGES) - 1))

    def action_back(self) -> None:
        """To the page before; from the first page out."""
        if self._page:
            self._open_page(self._page - 1)
        else:
            self.dismiss(None)

    def action_start(self) -> None:
        """Start the run."""
        if self._may_go and self._state.plan is not None:
            self._starting = True
            self.status.say("Starting the run", Tone.ACCENT)
            self._start(self._state.plan)
