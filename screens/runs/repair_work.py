"""Fixes the cause of a failed run and leads to the wizard: asked first, told all the way, no run starts by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from textual.worker import Worker

from imaging.guest.interface import Progress
from imaging.runtime.threads import in_thread
from models.errors import ImagingError
from models.guidelines.facts import InstanceFacts
from models.run.record import RunRecord
from screens.base import ConsoleScreen
from screens.dialogs.error import ErrorScreen, explained
from screens.dialogs.fix_again import FixAgain, FixAgainScreen
from screens.dialogs.guest_questions import DialogQuestions
from screens.dialogs.notice import NoticeScreen
from screens.rules_loading import judged, load_rules
from screens.runs.messages import AgainWanted
from screens.runs.repair_deeds import RepairDeeds
from screens.runs.texts.repair import Repair, question_parts, repair_of
from screens.style.tones import Tone

_CUT_SHORT = "What was under way may have been done, or not: inspect the instance to see."


class RepairWork:
    """What the screen of a run does about the cause of its failure, one thing at a time."""

    def __init__(self, screen: ConsoleScreen[Any], show_run: Callable[[], None]) -> None:
        """Do nothing yet.

        Args:
            screen: whose dialogs, status line and messages are used.
            show_run: lets the status line show the run again.
        """
        self._screen = screen
        self._show_run = show_run
        self._worker: Worker[None] | None = None
        self._was_stopped = False

    @property
    def busy(self) -> bool:
        """Whether something is being done."""
        return self._worker is not None

    def begin(self, run: RunRecord) -> None:
        """Ask about a run, and do what is agreed to."""
        if self.busy:
            return
        self._was_stopped = False
        asking = DialogQuestions(self._screen.app, run.title)
        deeds = RepairDeeds(self._screen.console, asking, self._tell)
        self._worker = self._screen.run_worker(
            self._work(run, deeds), group="repair", exit_on_error=False, description="fix the cause of a failed run"
        )
        self._screen.refresh_bindings()

    def stop(self) -> None:
        """Stop where it is, and say what state things are in."""
        if self._worker is not None:
            self._was_stopped = True
            self._worker.cancel()

    async def _work(self, run: RunRecord, deeds: RepairDeeds) -> None:
        app = self._screen.app
        try:
            await self._fix(run, deeds)
        except asyncio.CancelledError:
            if self._was_stopped:
                app.push_screen(NoticeScreen("Stopped", deeds.state, ("", _CUT_SHORT)))
            raise
        except Exception as error:  # noqa: BLE001  # however it failed, what was changed before has to be said
            app.push_screen(ErrorScreen(explained(error), ("How things are now", deeds.state)))
        finally:
            self._worker = None
            self._show_run()
            self._screen.refresh_bindings()

    async def _fix(self, run: RunRecord, deeds: RepairDeeds) -> None:
        self._tell(Progress("Reading the instance"))
        facts = await self._facts(run)
        repair = self._repair(run, facts)
        answer = await self._ask(repair)
        if answer is FixAgain.YES:
            if repair.power is not None:
                await deeds.power_on(repair.power, repair.instance)
                facts = await self._facts(run)
            guest = await deeds.inspect(facts, was_started=repair.power is not None)
            facts = facts.model_copy(update={"guest": guest})
            answer, repair = await self._seen(run, facts, repair)
            if repair.passes:
                deeds.done.append(f"{repair.rule} found nothing: nothing had to be fixed.")
        if answer is FixAgain.YES:
            for action in repair.actions:
                facts = facts.model_copy(update={"guest": await deeds.fix(facts, action)})
        if answer is not None:
            self._screen.post_message(AgainWanted(run, facts, tuple(deeds.done)))
        elif deeds.done:
            self._screen.app.push_screen(NoticeScreen("Not fixed", "\n\n".join(deeds.done)))

    async def _seen(self, run: RunRecord, facts: InstanceFacts, agreed: Repair) -> tuple[FixAgain | None, Repair]:
        """What is to be fixed now that the instance was inspected; asked again where it is not what was agreed to."""
        found = self._repair(run, facts, is_fresh=True)
        if agreed.actions and found.finding is None and not found.passes:
            raise ImagingError(
                f"The inspection did not answer {found.rule}, so it is not known what has to be fixed.",
                meaning="The fix was not applied.",
                remedy="The checklist says what could not be read, and why: often sudo is missing.",
            )
        if found.finding is None or found.actions == agreed.actions:
            return FixAgain.YES, replace(found, actions=() if found.finding is None else found.actions)
        return await self._ask(found), found

    async def _facts(self, run: RunRecord) -> InstanceFacts:
        """The instance as it is now, with what the last inspection found."""
        from imaging.cloud.instance_facts import gather_facts  # noqa: PLC0415  # not for the first paint

        console, instance_id = self._screen.console, run.instance_id or ""
        facts = await gather_facts(await console.cloud(), instance_id, console.clock)
        stored = await in_thread(console.guests.stored, instance_id)
        await load_rules()
        return facts.model_copy(update={"guest": stored}) if stored.known else facts

    def _repair(self, run: RunRecord, facts: InstanceFacts, *, is_fresh: bool = False) -> Repair:
        instance = facts.instance.value
        if instance is None:
            raise ImagingError("The instance could not be read.", meaning=facts.instance.unknown_because or "")
        now = facts.model_copy(update={"now": self._screen.console.clock.now()})
        return repair_of(run, instance, judged(now, self._screen.console.profile), is_fresh=is_fresh)

    async def _ask(self, repair: Repair) -> FixAgain | None:
        self._show_run()
        name, parts = repair.instance.name, question_parts(repair)
        return await self._screen.app.push_screen_wait(
            FixAgainScreen(name, repair.cause, parts, is_possible=not repair.obstacle)
        )

    def _tell(self, progress: Progress) -> None:
        text = progress.text
        if progress.done is not None and progress.total:
            text += f" {progress.done * 100 // progress.total} %"
        self._screen.status.say(text, Tone.ACCENT)
