"""The section of the verdicts: boot, checks and tests, seal, each with what it rests on."""

from __future__ import annotations

from collections.abc import Iterator

from imaging.reports.passport.sections.blocks import Block, Cell, Lines, Paragraph, Section, Table, Tone
from models.formatting import counted, duration
from models.run.passport import Passport
from models.seal.verdict import SealVerdict, SealWord
from models.verdict import Verdict, VerdictWord
from models.works.outcome import CheckResult, Outcome, TestResult
from models.works.verdict import WorksVerdict, WorksWord

_TONES: dict[str, Tone] = {
    VerdictWord.BOOTED: Tone.GOOD,
    VerdictWord.FAILED: Tone.BAD,
    WorksWord.YES: Tone.GOOD,
    WorksWord.NO: Tone.BAD,
    SealWord.SEALED: Tone.GOOD,
    SealWord.NOT_SEALED: Tone.BAD,
    Outcome.PASS: Tone.GOOD,
    Outcome.FAIL: Tone.BAD,
}


def tone_of_word(word: str) -> Tone:
    """How the word of a verdict or an outcome is meant; everything that is not known to be good or bad is doubtful."""
    return _TONES.get(word, Tone.DOUBT)


def verdict_section(passport: Passport) -> Section:
    """The section."""
    blocks = [*_boot(passport.boot), *_works(passport.works)]
    if passport.seal is not None:
        blocks += _seal(passport.seal)
    blocks.append(Paragraph("A test instance of the image told all of this of itself: it can lie about itself."))
    return Section("What was tried", tuple(blocks))


def _boot(verdict: Verdict | None) -> Iterator[Block]:
    if verdict is None:
        yield Paragraph("Boot: unknown. No test instance came to a verdict.", Tone.DOUBT)
        return
    strength = f" ({verdict.strength.value})" if verdict.strength is not None else ""
    reason = f": {verdict.reason}" if verdict.reason else ""
    yield Paragraph(f"Boot: {verdict.word.value}{strength}{reason}", tone_of_word(verdict.word))
    if verdict.hints:
        yield Paragraph(f"Also seen: {'; '.join(verdict.hints)}")
    if verdict.evidence:
        yield Lines("Lines of its console", verdict.evidence)


def _works(works: WorksVerdict | None) -> Iterator[Block]:
    if works is None:
        yield Paragraph("Works: unknown. It was not asked anything beyond its boot.", Tone.DOUBT)
        return
    reason = f": {works.reason}" if works.reason else ""
    seen = f", in {counted(works.boots, 'boot')}" if works.boots else ""
    yield Paragraph(f"Works: {works.word.value}{seen}{reason}", tone_of_word(works.word))
    for title, names in (("Failed", works.failed), ("Unknown or skipped", works.open)):
        if names:
            yield Paragraph(f"{title}: {', '.join(names)}")
    if works.checks:
        columns = ("check", "outcome", "blocks", "what was found")
        yield Table("Built-in checks", columns, tuple(_check(check) for check in works.checks))
    if works.tests:
        titles = ("test", "boot", "outcome", "took", "why")
        yield Table("Tests of its maker", titles, tuple(row for test in works.tests for row in _test(test)))
    for test in works.tests:
        if test.output:
            cut = " (cut)" if test.left_out else ""
            yield Lines(f"What {test.name} printed in boot {test.boot}{cut}", test.output)


def _check(check: CheckResult) -> tuple[Cell, ...]:
    found = " · ".join(part for part in (check.reason, *check.evidence) if part)
    outcome = Cell(check.outcome.value, tone_of_word(check.outcome))
    return Cell(check.check.value), outcome, Cell("yes" if check.blocking else "no"), Cell(found)


def _test(test: TestResult) -> Iterator[tuple[Cell, ...]]:
    secret = "a secret that it printed was masked" if test.secret_printed else ""
    why = "; ".join(part for part in (test.reason, secret) if part)
    outcome = Cell(test.outcome.value, tone_of_word(test.outcome))
    yield Cell(test.name), Cell(str(test.boot)), outcome, Cell(duration(test.seconds)), Cell(why)
    for each in test.subtests:
        title = f"{test.name}: {each.number} {each.title}".strip()
        outcome = Cell(each.outcome.value, tone_of_word(each.outcome))
        yield Cell(title), Cell(str(test.boot)), outcome, Cell(""), Cell(each.reason)


def _seal(seal: SealVerdict) -> Iterator[Block]:
    yield Paragraph(f"Seal: {seal.word.value}", tone_of_word(seal.word))
    for title, texts in (("Found", seal.reasons), ("Proved", seal.proofs), ("Kept on purpose", seal.kept)):
        if texts:
            yield Table(f"{title} by the proof of the seal", (title.lower(),), tuple((Cell(text),) for text in texts))
