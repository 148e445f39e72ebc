"""A checklist for a person: what blocks comes first, with what to do about it; what passes only where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.cells import cell_len

from imaging.commands.output.streams import Line, page_width, stdout_glyphs, write_page
from imaging.commands.output.wrapping import wrap
from models.findings import Checklist, Finding, FindingClass, Outcome, Readiness, class_of
from models.formatting import local_minute
from models.guest.facts import GuestFacts
from models.guest.since_run import SinceRun
from models.text import sentence
from models.words.checklist_summary import SEPARATOR, count_of, summary
from screens.style.glyphs import UNICODE, Glyphs, class_glyph

_INDENT = "  "
_DETAIL = "      "
_GAP = 2


@dataclass(frozen=True)
class _Section:
    """How the findings of one class are shown."""

    kind: FindingClass
    advice: str
    """What the heading says behind the count."""
    style: str = ""
    by_chapter: bool = True


_SECTIONS = (
    _Section(FindingClass.BLOCKER, "to be fixed, or waived with --waive RULE=WHY", "red", by_chapter=False),
    _Section(FindingClass.TO_CONFIRM, "answer with --attest RULE", "cyan", by_chapter=False),
    _Section(FindingClass.WARNING, "nothing is blocked{more}", "yellow"),
    _Section(FindingClass.UNKNOWN, "could not be answered", "yellow"),
    _Section(FindingClass.FIXED_BY_RUN, "the run does this itself"),
    _Section(FindingClass.WAIVED, "continued despite the finding"),
    _Section(FindingClass.NOTE, "good to know"),
    _Section(FindingClass.PASS, "nothing to do"),
    _Section(FindingClass.NOT_APPLICABLE, "not asked of this instance"),
)
"""In the order in which they matter to somebody who wants an image."""
_FOLDED = frozenset({FindingClass.PASS, FindingClass.NOT_APPLICABLE})
_HAS_REMEDY = frozenset({FindingClass.BLOCKER, FindingClass.TO_CONFIRM})
"""The classes in which something has to be done."""
_ALL_OF_THEM = frozenset(FindingClass)


def write_checklist(
    checklist: Checklist, heading: str, hints: Sequence[str], *, everything: bool, since_run: SinceRun | None = None
) -> None:
    """Write a checklist to standard output: a heading, the findings, the summary, and what to do next.

    Args:
        checklist: what the rules say.
        heading: whose it is.
        hints: what is to be known or done beside the findings.
        everything: also what passed, and what does not apply.
        since_run: what differs from before the last run.
    """
    page = stdout_page(everything=everything)
    write_page([Line(heading, "bold"), Line(), *checklist_lines(checklist, page)])
    if since_run is not None:
        write_page([*(Line(page.glyphs.plain(line)) for line in since_run_lines(since_run)), Line()])
    write_page([*summary_lines(checklist, page), *(Line(page.glyphs.plain(hint)) for hint in hints)])


@dataclass(frozen=True)
class Page:
    """How a checklist is laid out."""

    glyphs: Glyphs = UNICODE
    """The signs that the stream can carry."""
    width: int = 80
    """Cells of a line."""
    everything: bool = False
    """Also what passed, what does not apply, each unknown that an inspection would answer, and every remedy."""
    more: str = "--all"
    """What lists the rest."""
    classes: frozenset[FindingClass] = _ALL_OF_THEM
    """Those that are shown."""

    def shows(self, kind: FindingClass) -> bool:
        """Whether findings of this class are shown."""
        return kind in self.classes and (self.everything or kind not in _FOLDED)


def stdout_page(*, everything: bool = False) -> Page:
    """A page of standard output."""
    return Page(stdout_glyphs(), page_width(), everything)


def checklist_lines(checklist: Checklist, page: Page) -> Iterator[Line]:
    """The findings by class, each class by chapter, the rule's id at the edge; an empty line after each class."""
    for section in _SECTIONS:
        found = [one for one in checklist.findings if class_of(one) is section.kind]
        if found and page.shows(section.kind):
            advice = section.advice.format(more="" if page.everything else f"; {page.more} says what to do")
            yield Line(page.glyphs.plain(f"{count_of(section.kind, len(found))}: {advice}"), "bold")
            shown = [one for one in found if page.everything or not _awaits_inspection(one, checklist)]
            yield from _section_lines(section, shown, len(found) - len(shown), page)
            yield Line()


def _awaits_inspection(finding: Finding, checklist: Checklist) -> bool:
    """Whether it is one of the many that nobody can know before an inspection."""
    uninspected = checklist.not_inspected_because is not None
    return uninspected and finding.is_about_guest and class_of(finding) is FindingClass.UNKNOWN


def _section_lines(section: _Section, shown: Sequence[Finding], hidden: int, page: Page) -> Iterator[Line]:
    for chapter, findings in groupby(shown, key=lambda one: one.chapter if section.by_chapter else ""):
        if chapter:
            yield Line(f"{_INDENT}{chapter}", "dim")
        for finding in findings:
            yield from _finding_lines(section, finding, page)
    if hidden:
        more = " more" if shown else ""
        yield Line(f"{_INDENT}{hidden}{more} that only an inspection of the guest can answer; {page.more} lists them")


def _finding_lines(section: _Section, finding: Finding, page: Page) -> Iterator[Line]:
    """The title with the rule at the edge, what was seen, and what to do about it."""
    sign = class_glyph(section.kind, page.glyphs)
    for text in _edged(f"{_INDENT}{sign} {page.glyphs.plain(finding.title)}", finding.rule, page.width):
        yield Line(text, section.style)
    if finding.evidence and section.kind is not FindingClass.NOT_APPLICABLE:
        yield Line(f"{_DETAIL}{page.glyphs.plain(sentence(finding.evidence))}")
    if finding.fixed_by is not None and section.kind is FindingClass.FIXED_BY_RUN:
        yield Line(f"{_DETAIL}Fixed in the step: {finding.fixed_by}")
    if section.kind in _HAS_REMEDY or (page.everything and finding.outcome is not Outcome.PASS):
        yield from _remedy_lines(finding, page.glyphs)


def blocker_lines(finding: Finding, page: Page) -> Iterator[Line]:
    """A finding that keeps a run from starting, with what to do about it."""
    yield from _finding_lines(_SECTIONS[0], finding, page)
    if finding.waivable:
        yield Line(f"{_DETAIL}Or continue anyway: --waive {finding.rule}=WHY")


def _remedy_lines(finding: Finding, glyphs: Glyphs) -> Iterator[Line]:
    if finding.remedy is not None:
        yield Line(f"{_DETAIL}{glyphs.plain(f'To do: {sentence(finding.remedy.text)}')}")
        yield from (Line(f"{_DETAIL}$ {line}") for line in (finding.remedy.command or "").splitlines())


def _edged(text: str, edge: str, width: int) -> list[str]:
    """A line with something at its right edge; what is too long continues on the next line."""
    first, *rest = wrap(text.strip(), width - cell_len(edge) - _GAP, indent=_INDENT, hanging=f"{_INDENT}  ") or [""]
    return [f"{first}{' ' * max(1, width - cell_len(first) - cell_len(edge))}{edge}", *rest]


def summary_lines(checklist: Checklist, page: Page) -> Iterator[Line]:
    """The one line that the console shows above the checklist, broken between its counts where it is too long."""
    glyphs = page.glyphs
    sign, style = {
        Readiness.READY: (glyphs.good, "green"),
        Readiness.BLOCKED: (glyphs.bad, "red"),
        Readiness.NOT_INSPECTED: (glyphs.unknown, "yellow"),
        Readiness.INCOMPLETE: (glyphs.unknown, "yellow"),
    }[checklist.readiness]
    line, *others = f"{sign} {summary(checklist)}".split(SEPARATOR)
    for count in others:
        if cell_len(f"{line}{SEPARATOR}{count}{SEPARATOR}".rstrip()) > page.width:
            yield Line(glyphs.plain(f"{line}{SEPARATOR}".rstrip()), style)
            line = f"{_INDENT}{count}"
        else:
            line += f"{SEPARATOR}{count}"
    yield Line(glyphs.plain(line), style)


def unanswered_line(checklist: Checklist) -> str:
    """Which rules that block an inspection has not answered; empty if it has answered all."""
    unread = ", ".join(finding.rule for finding in checklist.unanswered)
    return f"Not answered: {unread}." if unread else ""


def since_run_lines(since: SinceRun) -> list[str]:
    """What differs from before the last run, a line each."""
    head = f"Compared with before run {since.run} (inspection of {local_minute(since.before_at)}):"
    told = [each.text for each in since.differences] or ["All that was compared is there again."]
    return [head, *(f"  {line}" for line in told), *(f"  Not compared: {each}" for each in since.not_compared)]


def inspection_line(facts: GuestFacts) -> str:
    """How a guest was inspected, by whom and when."""
    power = "with root rights" if facts.as_root else "without root rights, so much is unknown"
    return f"Inspection: {facts.method.value}, {local_minute(facts.read_at)}, by {facts.user or '?'} {power}"
