"""`--report FORMAT=FILE`: in which format a report is wanted, and where."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import click

from imaging.commands.options.invocation import Function, Invocation
from imaging.commands.output.reports.files import STANDARD_OUTPUT, ReportTarget
from imaging.commands.output.reports.writing import Reports
from imaging.reports.formats import ReportFormat
from models.errors import UsageError
from models.text import one_line

SUMMARY_VARIABLE = "GITHUB_STEP_SUMMARY"
"""Where GitHub says which file holds the summary of a step."""
OF_RUNS = tuple(ReportFormat)
"""The formats of a run that has a checklist."""
OF_VERIFICATIONS = tuple(format_ for format_ in ReportFormat if format_ is not ReportFormat.SARIF)
"""Those of a run without one: SARIF tells its findings alone, and one without any would look like a good one."""


class _Wanted(click.ParamType[ReportTarget]):
    """`FORMAT=FILE`; for `github-summary` the format alone will do."""

    name = "report"

    def __init__(self, formats: Sequence[ReportFormat], hint: str) -> None:
        self._formats = formats
        self._hint = hint

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ReportTarget:
        """Read it."""
        if isinstance(value, ReportTarget):
            return value
        name, equals, file = str(value).partition("=")
        format_ = next((each for each in self._formats if each.value == name), None)
        if format_ is None:
            known = ", ".join(each.value for each in self._formats)
            self.fail(f"'{one_line(name, 60)}' is not one of the formats {known}.{self._hint}", param, ctx)
        if equals and file:
            return ReportTarget(file, format=format_)
        summary = os.environ.get(SUMMARY_VARIABLE, "")
        if not equals and format_ is ReportFormat.GITHUB_SUMMARY and summary:
            return ReportTarget(summary, appended=True, format=format_)
        unset = f"{SUMMARY_VARIABLE} is not set; " if format_ is ReportFormat.GITHUB_SUMMARY else ""
        return self.fail(f"{unset}name a file, or - for standard output: --report {name}=FILE", param, ctx)


def reporting(formats: Sequence[ReportFormat] = OF_RUNS, hint: str = "") -> Callable[[Function], Function]:
    """Add the option to a command, which finds what is wanted in its `Invocation`; stands below `everywhere`.

    An error that ends the command is reported, too, where nothing else was.

    Args:
        formats: those that the command can write.
        hint: what a user may have meant who names none of them, as a sentence that begins with a blank.
    """
    option = click.option(
        "--report",
        "wanted_reports",
        multiple=True,
        type=_Wanted(formats, hint),
        metavar="FORMAT=FILE",
        help=f"Write what was found to FILE ({STANDARD_OUTPUT} is standard output), also if the command fails; FORMAT"
        f" is {' or '.join((', '.join(formats[:-1]), formats[-1]))}; repeatable.",
    )

    def add(function: Function) -> Function:
        @functools.wraps(function)
        def wrapper(invocation: Invocation, /, *, wanted_reports: tuple[ReportTarget, ...], **arguments: Any) -> Any:
            if wanted_reports and arguments.get("plan_only"):
                raise UsageError("--report tells what was found, and --plan begins nothing.", remedy="Use one of them.")
            reports = Reports(wanted_reports, json=invocation.json)
            with reports.of_failure(_title(arguments)):
                return function(replace(invocation, reports=reports), **arguments)

        return option(wrapper)

    return add


def _title(arguments: dict[str, Any]) -> str:
    """What was to be done, such as `verify db-07-v1`."""
    command = click.get_current_context().command
    named = next((parameter.name for parameter in command.params if isinstance(parameter, click.Argument)), None)
    return f"{command.name} {arguments.get(named or '', '')}".strip()
