"""The wizard that turns one instance into a run: seven pages that make one request, kept as a draft until it starts."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from imaging.cloud.instance_facts import gather_facts
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.findings import Outcome
from models.guidelines.facts import InstanceFacts
from models.run.plan import Plan
from models.run.request import RunRequest
from screens.base import ConsoleScreen, OpenedScreen
from screens.dialogs.ask_text import AskTextScreen
from screens.dialogs.error import explained
from screens.finding_keys import FindingDeed
from screens.guest_work.guest_work import GuestWork
from screens.guest_work.messages import GuestProgress, GuestRead
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.wizard.allowed import Situation
from screens.wizard.beginning import Beginning
from screens.wizard.bindings import BINDINGS
from screens.wizard.changes import begun, changed
from screens.wizard.drafts.session import DraftSession
from screens.wizard.messages import DraftChanged, FactsRead, Planned, Started
from screens.wizard.pages.bar import PageBar, TurnTo
from screens.wizard.pages.checklist import ChecklistPage
from screens.wizard.pages.content import ContentPage
from screens.wizard.pages.finding_page import FixWanted, Wanted
from screens.wizard.pages.name import NamePage
from screens.wizard.pages.test_launch import TestPage
from screens.wizard.pages.visibility import VisibilityPage
from screens.wizard.pages.volumes import VolumesPage
from screens.wizard.review.page import ReasonWanted, ReviewPage
from screens.wizard.review.shown import ReviewShown
from screens.wizard.review.start_guard import StartGuard
from screens.wizard.state import Page, RequestChanged, WizardState
from screens.wizard.status import status_of
from screens.wizard.suggestions import suggested, with_base_list
from screens.wizard.targets import PAGES, PageName, Target

_PAGES: dict[PageName, type[Page]] = {
    PageName.NAME: NamePage,
    PageName.VISIBILITY: VisibilityPage,
    PageName.CHECKLIST: ChecklistPage,
    PageName.CONTENT: ContentPage,
    PageName.VOLUMES: VolumesPage,
    PageName.TEST: TestPage,
    PageName.REVIEW: ReviewPage,
}
_PLANNED_PAGES = (ContentPage, TestPage, ReviewPage)
"""The pages that show what a run would do."""
_NO_REASON = "Continuing without inspection needs a reason: it goes into the report."


class WizardScreen(OpenedScreen[None]):
    """Asks everything beforehand; nothing is changed before *Start* on the last page."""

    AUTO_FOCUS = "#name"  # not the first widget: what is typed ahead is text, no command
    CSS_PATH = "wizard.tcss"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS

    def __init__(self, instance: Instance, facts: InstanceFacts | None, *, begin: Beginning | None = None) -> None:
        """Begin with what is known of the instance already.

        Args:
            instance: the one of which an image is made.
            facts: what is known of it.
            begin: what the fields hold where no draft was kept, and where the user is led.
        """
        super().__init__()
        self._begin = begin
        self._instance = instance
        self._known = facts
        self._guest = facts.guest if facts is not None and facts.guest.known else None
        self._read: InstanceFacts | None = None
        """What the cloud has said last; None while it is asked."""
        self._page = PageName.NAME
        self._return_to: PageName | None = None
        """The page from which a line led here."""
        self._starting = False
        self._is_filled = False
        """Whether the fields hold what was suggested or restored."""
        self._inside = GuestWork(self, self.action_read_again)

    def compose_body(self) -> ComposeResult:
        """The bar of the pages, and the page."""
        blank = RunRequest(profile=self.console.profile.name, attended=True)
        self._state = WizardState(self._instance, self.console.profile, blank)
        self._draft = DraftSession(self, self._instance, blank, self._tell_draft_changed)
        self._guard = StartGuard(self.console.clock)
        self._review_shown = ReviewShown(self, self._guard, lambda: self._page is PageName.REVIEW)
        yield PageBar(self.glyphs, id="pages-line")
        with ContentSwitcher(initial=self._page.id, id="pages"):
            for name in PAGES:
                yield _PAGES[name](self._state, self.glyphs, id=name.id)

    async def on_mount(self) -> None:
        """Put in what was kept, then read the instance again: what the list knew may be old."""
        self.put_title("Instances", self._instance.name, "make an image")
        if (restored := await self._draft.restored(self._state)) is not None:
            self._fill(restored)
        if self._begin is not None and not self._is_filled:
            self._state = begun(self._state, self._begin)
        self._open_page(PageName.NAME)
        if self._known is not None:
            self._take_facts(self._known)
        self._read_facts()

    def _tell_draft_changed(self) -> None:
        self.post_message(DraftChanged())

    def _fill(self, state: WizardState, *, only_empty: bool = False) -> None:
        """Show a request that did not come from the fields."""
        self._is_filled = True
        self._state = state
        for page in self.query(Page):
            page.fill(state.request, only_empty=only_empty)
        self._set_state(state)

    @work(group="facts", exclusive=True, exit_on_error=False, description="read the instance")
    async def _read_facts(self) -> None:
        self._read = None
        cloud = await self.console.cloud()
        self._read = facts = await gather_facts(cloud, self._instance.id, self.console.clock)
        if self._guest is None:
            stored = await in_thread(self.console.guests.stored, self._instance.id)
            self._guest = stored if stored.known else None
        self.post_message(FactsRead(await with_base_list(facts, self.console.guests)))

    @work(group="plan", exclusive=True, exit_on_error=False, description="make the plan")
    async def _make_plan(self, request: RunRequest) -> None:
        try:
            cloud = await self.console.cloud()
            plan = await self.console.runs.plans.create(
                cloud, self._instance.id, request, self.console.profile, guest=self._guest, read=self._read
            )
        except ImagingError as error:
            self.post_message(Planned(request, None, str(error)))
        else:
            self.post_message(Planned(request, plan))

    @work(group="start", exclusive=True, exit_on_error=False, description="start the run")
    async def _start(self, plan: Plan) -> None:
        resolved = await self.console.resolved()
        self.post_message(Started(await self.console.runs.start(plan, resolved, self.console.profile)))

    @on(FactsRead)
    def _facts_read(self, event: FactsRead) -> None:
        event.stop()
        self._take_facts(event.facts if self._guest is None else event.facts.model_copy(update={"guest": self._guest}))
        self._plan_if_wanted()

    def _take_facts(self, facts: InstanceFacts) -> None:
        """Judge by these; the first ones also suggest what the user has not written."""
        instance = facts.instance.value or self._instance
        state = replace(self._state, facts=facts, instance=instance, plan=None, plan_trouble="")
        self._draft.learn(facts, state)
        if self._is_filled:
            self._set_state(state)
        else:
            request = suggested(state.request, facts, self.console.profile)
            self._fill(replace(state, request=request), only_empty=True)
        self._lead_to_finding()

    def _lead_to_finding(self) -> None:
        """Once: to the finding that the wizard was opened for, unless it is known to be no trouble any more."""
        begin, self._begin = self._begin, None
        checklist = self._state.checklist
        if begin is None or checklist is None:
            return
        found = {Outcome.FAIL, Outcome.WAIVED if begin.asks_waiver else Outcome.UNKNOWN}
        if any(one.rule == begin.rule and one.outcome in found for one in checklist.findings):
            self._open_page(PageName.CHECKLIST, Target(PageName.CHECKLIST, begin.rule))
            if begin.asks_waiver:
                self.query_one(ChecklistPage).action_waive()
        elif begin.ends_on_review:
            self._open_page(PageName.REVIEW)

    @on(GuestRead)
    def _guest_read(self, event: GuestRead) -> None:
        """Judge, and plan, by what the inspection found."""
        event.stop()
        self._guest = event.guest
        if self._state.facts is not None:
            facts = self._state.facts.model_copy(update={"guest": event.guest, "now": self.console.clock.now()})
            self._take_facts(facts)
            self._plan_if_wanted()

    @on(GuestProgress)
    def _show_progress_of(self, event: GuestProgress) -> None:
        event.stop()
        if self._state.busy != self._inside.busy:
            self._set_state(replace(self._state, busy=self._inside.busy))
        self.status.say(event.text, Tone.ACCENT) if event.text else self._show_status()

    @on(RequestChanged)
    def _request_changed(self, event: RequestChanged) -> None:
        event.stop()
        self._set_state(changed(self._state, event.update))
        self._plan_if_wanted()

    @on(Planned)
    def _planned(self, event: Planned) -> None:
        event.stop()
        if event.request == self._state.request:
            self._set_state(replace(self._state, plan=event.plan, plan_trouble=event.trouble))

    @on(Started)
    async def _started(self, event: Started) -> None:
        event.stop()
        await self._draft.forget()
        self.app.switch_screen(RunScreen(event.run.id))

    @on(DraftChanged)
    def _draft_changed(self, event: DraftChanged) -> None:
        event.stop()
        if self._draft.trouble:
            self._show_status()
        self.refresh_bindings()

    @on(TurnTo)
    def _turn_to(self, event: TurnTo) -> None:
        event.stop()
        self._return_to = self._page if event.target.rule or self._page is PageName.REVIEW else None
        self._open_page(event.target.page, event.target)

    @on(FixWanted)
    def _fix_wanted(self, event: FixWanted) -> None:
        event.stop()
        if self._state.facts is not None:
            self._inside.carry_out(self._state.facts, event.action)

    @on(Wanted)
    def _wanted(self, event: Wanted) -> None:
        event.stop()
        if event.deed is FindingDeed.INSPECT and self.check_action("inspect", ()):
            self.action_inspect()
        elif event.deed is FindingDeed.READ_AGAIN:
            self.action_read_again()

    @on(ReasonWanted)
    def _reason_wanted(self, event: ReasonWanted) -> None:
        event.stop()
        self.action_uninspected()

    def failed(self, error: ImagingError) -> None:
        """Say it, and let the user try again."""
        self._starting = False
        self.status.say(error.what, Tone.BAD)
        super().failed(explained(error))

    def _set_state(self, state: WizardState) -> None:
        before, self._state = self._state, state.judged()
        if before.plan is not self._state.plan:
            self._review_shown.changed()
        for page in self.query(Page):
            page.show(self._state)
        self._draft.note(self._state)
        self._show_status()
        self.refresh_bindings()

    def _show_status(self) -> None:
        draft = self._draft
        self.status.say(*status_of(self._state, not_kept=draft.trouble, restored_at=draft.restored_at))

    def _open_page(self, page: PageName, target: Target | None = None) -> None:
        if page is not self._page:
            self._draft.page_turned()
            self._state = replace(self._state, mode_note="")
        self._page = page
        self.query_one("#pages", ContentSwitcher).current = page.id
        self.query_one(PageBar).put(page)
        self._review_shown.changed()
        self._current.enter()
        if target is not None:
            self._current.go_to(target.rule)
        self._plan_if_wanted()
        self._show_status()
        self.refresh_bindings()

    def _plan_if_wanted(self) -> None:
        if isinstance(self._current, _PLANNED_PAGES) and self._state.plan is None and self._is_filled:
            self._make_plan(self._state.request)

    @property
    def _current(self) -> Page:
        return self.query_one(f"#{self._page.id}", Page)

    @property
    def is_settled(self) -> bool:
        """Whether the page shows all that it waits for from the cloud."""
        waits_for_plan = isinstance(self._current, _PLANNED_PAGES)
        return self._state.facts is not None and not (waits_for_plan and self._state.plan is None)

    @property
    def holds(self) -> bool:
        """Whether leaving would cut something off, or let it go on unseen: a run that begins."""
        return self._starting

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Go only where everything is known and there is no obstacle."""
        allowed = self._situation.allowed()
        return allowed[action] if action in allowed else super().check_action(action, parameters)

    @property
    def _situation(self) -> Situation:
        return Situation(
            self._state,
            self._page,
            is_inside=self._inside.busy,
            is_starting=self._starting,
            has_draft=self._draft.exists,
            came_from_line=self._return_to is not None,
        )

    def action_inspect(self) -> None:
        """Inspect the guest."""
        if self._state.facts is not None:
            self._inside.inspect(self._state.facts)

    def action_stop_inspection(self) -> None:
        """Stop what is being done inside the instance."""
        self._inside.stop()

    def action_read_again(self) -> None:
        """Read the instance from the cloud again."""
        self.status.say("Reading the instance", Tone.ACCENT)
        self._read_facts()

    def action_uninspected(self) -> None:
        """Ask why the image is made without an inspection."""
        given = self._state.request.uninspected
        question = AskTextScreen(
            "Continue without inspection",
            "Why make the image although nobody knows all that is in it? The reason goes into the report.",
            value=given,
            refuses=lambda reason: "" if reason else _NO_REASON,
            can_take_back=bool(given),
        )
        self.app.push_screen(question, self._continue_uninspected)

    def _continue_uninspected(self, reason: str | None) -> None:
        if reason is not None:
            self.post_message(RequestChanged({"uninspected": reason}))

    def action_next(self) -> None:
        """To the next page."""
        self._return_to = None
        self._open_page(PAGES[min(PAGES.index(self._page) + 1, len(PAGES) - 1)])

    def action_previous(self) -> None:
        """To the page before."""
        self._return_to = None
        self._open_page(PAGES[max(PAGES.index(self._page) - 1, 0)])

    def action_back(self) -> None:
        """Back by one step: to the page whose line led here, else to the page before."""
        if self._return_to is not None:
            page, self._return_to = self._return_to, None
            self._open_page(page)
        else:
            self.action_previous()

    async def action_leave(self) -> None:
        """Leave; what was entered is kept. Where it could not be kept, ask first."""
        await self._draft.leave(self._go)

    def _go(self) -> None:
        below = self.app.screen_stack[-2] if len(self.app.screen_stack) > 1 else None
        self.dismiss(None)
        if isinstance(below, ConsoleScreen) and self.parting_words:
            below.status.notice(self.parting_words, Tone.QUIET)

    @property
    def parting_words(self) -> str:
        """What the list says once the wizard is left."""
        return self._draft.parting_words

    def action_discard(self) -> None:
        """Ask, then begin again with what is suggested."""
        self._draft.ask_to_discard(self._discarded, lambda: self._state)

    def _discarded(self, state: WizardState) -> None:
        self._fill(state)
        self._plan_if_wanted()

    def action_start(self) -> None:
        """Start the run; not by a key that was typed before the review could be read."""
        if not self._situation.may_start or self._state.plan is None:
            return
        if not self._guard.has_been_read:
            early = "Nothing was started: that key came before the review was shown. Press it again."
            self.status.notice(early, Tone.WARN)
            return
        self._starting = True
        self.refresh_bindings()
        self.status.say("Starting the run", Tone.ACCENT)
        self._start(self._state.plan)

    async def on_unmount(self) -> None:
        """Write what was typed last, also where the program ends."""
        await self._draft.flush()
