"""What can be done about the chosen instance: each key's action, when it is offered, and what it leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from textual import on, work

from imaging.remedies.table import Remedy, RemedyKind, offered
from imaging.runtime.threads import in_thread
from models.cloud.instance import Instance
from models.errors import ImagingError
from models.findings import Finding
from models.guidelines.facts import InstanceFacts
from models.remedy_action import RemedyAction
from models.run.claim import run_on
from models.run.request import RunRequest
from screens.dialogs.error import ErrorScreen
from screens.dialogs.finding import FindingScreen, which_action
from screens.dialogs.notice import NoticeScreen
from screens.finding_keys import FindingDeed, Place, fixes_of, possible
from screens.guest_work.messages import GuestRead
from screens.instances.bindings import STATE_NAMES
from screens.instances.chosen import ChosenInstance
from screens.instances.deep_check import offer_deep_check
from screens.instances.state_remedies import offer_remedy, why_no_inspection
from screens.instances.table.entry import InstanceEntry
from screens.instances.table.next_step import next_step
from screens.runs.run import RunScreen
from screens.style.tones import Tone
from screens.widgets.checklist import ChecklistView
from screens.widgets.rows import RowList
from screens.wizard.beginning import Beginning
from screens.wizard.wizard import WizardScreen


class InstanceActions(ChosenInstance):
    """The part of the instances' screen that does something about one of them."""

    def __init__(self) -> None:
        """Do nothing yet."""
        super().__init__()
        self._changing_state = False
        """Whether the cloud is doing something that was asked for here."""
        self._said = ""
        """The outcome; it stays on show until the cursor moves."""

    @on(RowList.Opened, "#findings")
    def _finding_opened(self, event: RowList.Opened) -> None:
        event.stop()
        finding, facts = self.query_one(ChecklistView).chosen, self.chosen_facts
        if finding is not None and facts is not None:
            self.app.push_screen(FindingScreen(finding, self._place), lambda answer: self._carry_out(facts, answer))

    @property
    def _place(self) -> Place:
        """What is possible here about a finding."""
        change = STATE_NAMES[self._state_change] if self._state_change is not None else ""
        return Place(can_write=self._writes, can_enter=self._can_enter, state_change=change)

    def _can(self, deed: FindingDeed) -> bool:
        """Whether this can be done about the finding under the cursor, while the keys are there."""
        return self._chosen_finding is not None and deed in possible(self._chosen_finding, self._place)

    @property
    def _state_change(self) -> RemedyKind | None:
        """What the key `u` does now: what brings the instance back, not what stops it."""
        kinds = [each.kind for each in self._remedies if each.kind not in {RemedyKind.STOP, RemedyKind.DETACH}]
        return next(iter(kinds), None)

    @property
    def _next_step(self) -> str:
        """What to do next about the chosen instance, where it can be done here."""
        known, instance = self._known.facts.get(self._watched or ""), self._chosen
        if known is None or instance is None or instance.id != self._watched or not self._writes:
            return ""
        if self._known.run_on(instance.id) or run_on(instance):
            return "next: i shows its run"
        words = next_step(instance, known[1], self._place.state_change)
        return f"next: {words}" if words else ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what makes sense now is offered: of a guest one thing at a time, and only while it runs."""
        if action == "remedy":
            return self._writes and any(each.kind == parameters[0] for each in self._remedies)
        makes_sense = self._offered.get(action)
        return makes_sense(self) if makes_sense is not None else super().check_action(action, parameters)

    _offered: ClassVar[Mapping[str, Callable[[InstanceActions], bool]]] = {
        "image": lambda self: self._writes and self._chosen is not None,
        "view": lambda self: self._chosen is not None,
        "stop_inspection": lambda self: self._guest.busy,
        "inspect": lambda self: self._can_enter,
        "say_why_not": lambda self: not self._can_enter and self._chosen is not None,
        "save": lambda self: self._can_enter,
        "fix": lambda self: self._can(FindingDeed.FIX),
        "waive": lambda self: self._can(FindingDeed.WAIVE),
        "deep_check": lambda self: self._writes and self._chosen is not None,
    }
    """When an action makes sense; those that are not named always do."""

    @property
    def _remedies(self) -> tuple[Remedy, ...]:
        """What the cloud can do about the state of the chosen instance, one thing at a time."""
        return offered(self._chosen) if self._chosen is not None and not self._changing_state else ()

    @property
    def chosen_actions(self) -> tuple[RemedyAction, ...]:
        """What the console can do about the finding under the cursor, while the keys are there."""
        return fixes_of(self._chosen_finding)

    @property
    def _chosen_finding(self) -> Finding | None:
        """The finding under the cursor, while the keys are there."""
        view = self.query_one(ChecklistView)
        return view.chosen if view.rows.has_focus else None

    def action_waive(self) -> None:
        """Open the wizard at the finding, where the reason is asked for; where a run works on it, show that run."""
        finding, instance = self.query_one(ChecklistView).chosen, self._instance
        if finding is None or instance is None:
            return
        if self._known.run_on(instance.id) or run_on(instance):
            self.action_image()
            return
        request = RunRequest(profile=self.console.profile.name, attended=True)
        begin = Beginning(request, rule=finding.rule, asks_waiver=True)
        self.app.push_screen(WizardScreen(instance, None, begin=begin))  # it reads the facts before it leads there

    @on(RowList.Moved, "#findings")
    def _finding_chosen(self) -> None:
        self.refresh_bindings()

    def action_image(self) -> None:
        """Start the wizard; where a run works on the instance, show that run."""
        if (instance := self._chosen) is None:
            return
        run_id = self._known.run_on(instance.id) or run_on(instance)
        if run_id is None:
            self._open_wizard(instance)
        else:
            self._open_run(instance, run_id)

    def _open_wizard(self, instance: Instance) -> None:
        known = self._known.facts.get(instance.id)
        self.app.push_screen(WizardScreen(instance, known[0] if known else None))

    @work(group="open run", exclusive=True, exit_on_error=False, description="open the run on the instance")
    async def _open_run(self, instance: Instance, run_id: str) -> None:
        known = {run.id for run in await self.console.runs.runs()}
        # Of another machine's run this journal knows nothing; the wizard's checklist names it as a blocker.
        if run_id in known:
            self.app.push_screen(RunScreen(run_id))
        else:
            self._open_wizard(instance)

    def action_inspect(self) -> None:
        """Inspect the instance."""
        if (facts := self._facts_for(self.action_inspect)) is not None and self._can_enter:
            self._guest.inspect(facts)

    def action_stop_inspection(self) -> None:
        """Stop what is being done inside."""
        self._guest.stop()

    def action_save(self) -> None:
        """Copy directories of the instance to this machine."""
        if (facts := self._facts_for(self.action_save)) is not None and self._can_enter:
            self._guest.save(facts)

    def action_fix(self) -> None:
        """Choose what is to be done where there is a choice, and carry it out after asking."""
        facts, actions = self.chosen_facts, self.chosen_actions
        if facts is None:
            return
        if len(actions) == 1:
            self._carry_out(facts, actions[0])
            return
        self.app.push_screen(
            which_action(actions), lambda place: self._carry_out(facts, None if place is None else actions[int(place)])
        )

    def _carry_out(self, facts: InstanceFacts, action: RemedyAction | FindingDeed | None) -> None:
        match action:
            case RemedyAction() if self._writes:
                self._guest.carry_out(facts, action)
            case FindingDeed.WAIVE:
                self.action_waive()
            case FindingDeed.INSPECT:
                self.action_inspect()
            case FindingDeed.READ_AGAIN:
                self.action_refresh()
            case FindingDeed.CHANGE_STATE if self._state_change is not None:
                self.action_remedy(self._state_change)

    def action_say_why_not(self) -> None:
        """Say why the instance cannot be inspected now, and what helps."""
        instance = self._chosen
        if instance is not None and not instance.is_running and not self._guest.busy:
            self.status.notice(why_no_inspection(instance, cut=self.glyphs.cut), Tone.WARN)

    def action_remedy(self, kind: str) -> None:
        """Let the cloud do something about the instance's state; where a run works on it, show that run."""
        entry = self._rows.selected
        if entry is None:
            return
        if self._known.run_on(entry.id) or run_on(entry.instance):
            self.action_image()
        else:
            self._change_state(entry, RemedyKind(kind))

    @work(group="state", exclusive=True, exit_on_error=False, description="change the state of the instance")
    async def _change_state(self, entry: InstanceEntry, kind: RemedyKind) -> None:
        known = self._known.facts.get(entry.id)
        locker = known[0].history.value.locked_by if known is not None and known[0].history.value else None
        login = self.console.login
        is_anothers = entry.is_anothers or (login is not None and locker not in {None, login.identity.user_id})
        self._changing_state = True
        self.refresh_bindings()
        try:
            said = await offer_remedy(
                self.app, self.console, kind, entry.instance, known[0] if known else None,
                is_anothers=is_anothers, tell=lambda progress: self.status.say(progress.text),
            )  # fmt: skip
        except ImagingError as error:
            self.app.push_screen(ErrorScreen(error))
        else:
            if said is not None:
                self._said = said
                self.action_refresh()
                if kind is RemedyKind.DETACH:
                    self.app.push_screen(NoticeScreen("Done", said))
        finally:
            self._changing_state = False
            self.refresh_bindings()

    def action_deep_check(self) -> None:
        """Say what a deep check costs, and start it after agreement."""
        if (instance := self._chosen) is not None:
            self._start_deep_check(instance)

    @work(group="deep", exclusive=True, exit_on_error=False, description="prepare a deep check")
    async def _start_deep_check(self, instance: Instance) -> None:
        run_id = await offer_deep_check(self.app, self.console, instance)
        if run_id is not None:
            self._await_facts(run_id, instance.id)

    @work(group="deep facts", exit_on_error=False, description="wait for what a deep check finds")
    async def _await_facts(self, run_id: str, instance_id: str) -> None:
        async for _run in self.console.runs.watch(run_id):
            pass
        self._read_stored(instance_id)

    @work(group="stored", exit_on_error=False, description="read the results of the last inspection")
    async def _read_stored(self, instance_id: str) -> None:
        guest = await in_thread(self.console.guests.stored, instance_id)
        if guest.known:
            self.post_message(GuestRead(instance_id, guest))
