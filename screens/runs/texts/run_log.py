"""What happened in a run, in order, each line with its clock time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from models.formatting import clock_time
from models.run.intent import intent_sentence
from models.run.record import RunRecord, StepRecord
from models.steps import StepState
from screens.runs.texts.heard import Heard
from screens.style.run_words import step_words

_MOST_LINES = 2_000
"""The last ones: a run that waits for days writes a line each time that something is seen to change."""


def log_lines(run: RunRecord, heard: Heard | None = None) -> tuple[str, ...]:
    """The log as lines; `heard` is what the user has asked of the run meanwhile."""
    events = [event for step in run.steps for event in _events(run, step)]
    if heard is not None:
        events.append((heard.at, f"you asked to {heard.change}"))
    # Stable: what a step writes at one and the same second stays in its order.
    ordered = sorted(events, key=lambda event: event[0])
    if run.ended_at is not None:
        ordered.append((run.ended_at, f"the run is over: {run.state}"))
    return tuple(f"{clock_time(at)}  {text}" for at, text in ordered[-_MOST_LINES:])


def _events(run: RunRecord, step: StepRecord) -> Iterator[tuple[datetime, str]]:
    if step.state is StepState.SKIPPED:
        return
    if step.started_at is not None:
        yield step.started_at, step_words(step.step, run.title)
    seen = [(intent.at, f"  request: {intent_sentence(intent.action, intent.target)}") for intent in step.intents]
    seen += [(phase.at, f"  {phase.text}") for phase in step.phases]
    yield from sorted(seen, key=lambda event: event[0])
    if step.ended_at is not None:
        if step.state is StepState.FAILED and step.trouble is not None:
            yield step.ended_at, f"  failed: {step.trouble.what}"
        elif step.note:
            yield step.ended_at, f"  {step.note}"
