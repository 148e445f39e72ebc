"""The reports that a command is to write: once, for any outcome."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from imaging.commands.output.failures import tell
from imaging.commands.output.reports.files import ReportTarget, refuse_unfit, write_report
from imaging.reports.case import Report
from imaging.reports.formats import written
from imaging.reports.gathering import report_of_checklist, report_of_error, report_of_plan, report_of_run
from imaging.runtime.redaction import redactor
from models.cloud.instance import Instance
from models.cloud.login import CloudIdentity
from models.errors import ImagingError, UsageError
from models.exit_code import ExitCode
from models.findings import Checklist
from models.run.plan import Plan
from models.run.record import RunRecord


class Reports:
    """What is to be written where, and whether it was."""

    def __init__(self, targets: Sequence[ReportTarget] = (), *, json: bool = False) -> None:
        """Take the wish, and see that it can be fulfilled.

        Raises:
            UsageError: a file cannot be written, or two things are to be written to one place.
        """
        refuse_unfit(targets, json=json)
        self._targets = tuple(targets)
        self._is_written = False

    @property
    def take_standard_output(self) -> bool:
        """Whether standard output is for a report, so that the command says what it has to say elsewhere."""
        return any(target.is_standard_output for target in self._targets)

    @contextmanager
    def of_failure(self, title: str) -> Iterator[None]:
        """Report an error that ends the command where nothing else was reported; it is raised all the same.

        Args:
            title: what was to be done, such as `verify db-07-v1`.
        """
        try:
            yield
        except ImagingError as error:
            if not self._is_written:
                self.write(report_of_error(title, error))
            raise

    def of_plan(self, plan: Plan, error: ImagingError) -> None:
        """Report why a run cannot begin."""
        self.write(report_of_plan(plan, error))

    def of_run(self, run: RunRecord, status: int) -> int:
        """Report a run as it is now.

        Returns:
            The exit status: the one that was given, unless that is 0 and a report could not be written.
        """
        return status if self.write(report_of_run(run)) or status else ExitCode.USAGE

    def of_checklist(self, instance: Instance, checklist: Checklist, identity: CloudIdentity, status: int) -> int:
        """Report what the guidelines say about an instance; gives the exit status as `of_run` does."""
        return status if self.write(report_of_checklist(instance, checklist, identity)) or status else ExitCode.USAGE

    def write(self, report: Report) -> bool:
        """Write all of them, and say what cannot be written.

        Returns:
            Whether all were.
        """
        self._is_written = True
        failed = False
        for target in self._targets:
            # Texts of clouds and guests are in it; a secret that one of them echoes must not reach a file.
            text = redactor.clean_known(written(report, target.format))
            try:
                write_report(target, text)
            except UsageError as error:
                tell(error)
                failed = True
        return not failed
