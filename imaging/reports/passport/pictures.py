"""The pictures of a passport, drawn as SVG: when each step ran and the instance was off, and how large things are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree import ElementTree as ET  # only written here, nothing of a stranger is parsed

from imaging.reports.passport.elements import element
from models.formatting import duration, size
from models.run.passport import PassportRun, PassportSize, PassportStep
from models.steps import StepState
from models.text import cut

_WIDTH, _LEFT, _RIGHT = 760, 190, 70
_ROW, _BAR, _TOP = 22, 12, 34
_MOST_LETTERS = 28
_TICKS = 4


def timeline(run: PassportRun) -> ET.Element | None:
    """When each step ran, one below the other; None where no step has a beginning and an end."""
    steps = [each for each in run.steps if each.started_at is not None and each.ended_at is not None]
    moments = [moment for each in steps for moment in (each.started_at, each.ended_at) if moment is not None]
    moments += [moment for moment in (run.off_from, run.off_until) if moment is not None]
    if not steps:
        return None
    scale = _Scale(min(moments), max(moments))
    height = _TOP + _ROW * (len(steps) + 1)
    drawn = [*_axis(scale, height)]
    if run.off_from is not None:
        drawn += _off(scale, run.off_from, run.off_until or max(moments), height)
    for row, each in enumerate(steps):
        drawn += _step(scale, each, _TOP + _ROW * row)
    told = f"{len(steps)} steps in {duration(scale.seconds)}."
    if run.off_from is not None and run.off_until is not None:
        told += f" The instance was off for {duration((run.off_until - run.off_from).total_seconds())}."
    return _picture("timeline", "The steps of the run over time", told, height, drawn)


def sizes(of: Sequence[PassportSize]) -> ET.Element | None:
    """Sizes as bars beside each other; None where none is known."""
    if not of:
        return None
    largest = max(each.size_bytes for each in of) or 1
    room = _WIDTH - _LEFT - _RIGHT
    drawn = []
    for row, each in enumerate(of):
        y = 8 + _ROW * row
        width = max(1.0, room * each.size_bytes / largest)
        drawn.append(_label(each.title, y))
        drawn.append(_rectangle("bar", _LEFT, y, width, _BAR))
        drawn.append(element("text", size(each.size_bytes), x=_number(_LEFT + width + 6), y=_number(y + _BAR - 1)))
    told = "; ".join(f"{each.title}: {size(each.size_bytes)}" for each in of)
    return _picture("sizes", "Sizes", told, 16 + _ROW * len(of), drawn)


class _Scale:
    """From moments to places on the picture."""

    def __init__(self, first: datetime, last: datetime) -> None:
        self._first = first
        self.seconds = max(1.0, (last - first).total_seconds())

    def x(self, moment: datetime) -> float:
        return self.at((moment - self._first).total_seconds())

    def at(self, seconds: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * seconds / self.seconds


def _axis(scale: _Scale, height: int) -> list[ET.Element]:
    drawn = []
    for tick in range(_TICKS + 1):
        seconds = scale.seconds * tick / _TICKS
        x = _number(scale.at(seconds))
        drawn.append(element("line", class_="axis", x1=x, x2=x, y1=_number(_TOP - 8), y2=_number(height)))
        drawn.append(element("text", duration(seconds), class_="quiet", x=x, y="12", text_anchor="middle"))
    return drawn


def _off(scale: _Scale, since: datetime, until: datetime, height: int) -> list[ET.Element]:
    left, right = scale.x(since), scale.x(until)
    return [
        _rectangle("off", left, _TOP - 8, max(1.0, right - left), height - _TOP + 8),
        element("text", "instance off", x=_number((left + right) / 2), y=_number(height - 6), text_anchor="middle"),
    ]


def _step(scale: _Scale, step: PassportStep, y: float) -> list[ET.Element]:
    if step.started_at is None or step.ended_at is None:
        return []
    left, right = scale.x(step.started_at), scale.x(step.ended_at)
    kind = "bar bad" if step.state is StepState.FAILED else "bar"
    took = duration(step.seconds)
    return [
        _label(step.step.value, y),
        _rectangle(kind, left, y, max(1.0, right - left), _BAR),
        element("text", took, class_="quiet", x=_number(right + 5), y=_number(y + _BAR - 1)),
    ]


def _picture(name: str, title: str, told: str, height: int, drawn: Sequence[ET.Element]) -> ET.Element:
    heading = element("title", title, id=f"{name}-title")
    description = element("desc", told, id=f"{name}-text")
    return element(
        "svg", heading, description, *drawn, role="img", aria_labelledby=f"{name}-title {name}-text",
        viewBox=f"0 0 {_WIDTH} {height}",
    )  # fmt: skip


def _label(text: str, y: float) -> ET.Element:
    shown = cut(text, _MOST_LETTERS)
    return element("text", shown, x=_number(_LEFT - 8), y=_number(y + _BAR - 1), text_anchor="end")


def _rectangle(kind: str, x: float, y: float, width: float, height: float) -> ET.Element:
    return element("rect", class_=kind, x=_number(x), y=_number(y), width=_number(width), height=_number(height))


def _number(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
