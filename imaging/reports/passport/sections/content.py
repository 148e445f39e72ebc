"""The sections of a passport, in their order."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from imaging.reports.passport.sections.blocks import (
    Block,
    Cell,
    Facts,
    Paragraph,
    Picture,
    PictureKind,
    Section,
    Table,
    Tone,
)
from imaging.reports.passport.sections.installed import installed_section
from imaging.reports.passport.sections.verdicts import tone_of_word, verdict_section
from models.findings import Outcome, Severity
from models.formatting import duration, second, size
from models.run.passport import DecisionKind, OriginKind, Passport, PassportFinding, PassportImage
from models.steps import StepName, StepState

_GIB = 2**30
_MIB = 2**20
_MADE_FROM = {
    OriginKind.INSTANCE: "the root disk of an instance",
    OriginKind.IMAGE: "another image",
    OriginKind.FILE: "a file",
    OriginKind.UNKNOWN: "unknown: it was there before, and was only tested",
}
_UNKNOWN = "unknown"


def headline(passport: Passport) -> tuple[tuple[str, Cell], ...]:
    """The verdicts, a word each."""
    boot = passport.boot.word.value if passport.boot is not None else "not tested"
    works = passport.works.word.value if passport.works is not None else "not asked"
    rows = [("Boots", Cell(boot, tone_of_word(boot))), ("Works", Cell(works, tone_of_word(works)))]
    if passport.seal is not None:
        word = passport.seal.word.value
        rows.append(("Sealed", Cell(word, tone_of_word(word))))
    return tuple(rows)


def sections(passport: Passport) -> Iterator[Section]:
    """All that the passport says."""
    yield Section("What it is", (Facts(tuple(_image(passport.image))),))
    yield Section("What it is made from", (Facts(tuple(_origin(passport))),))
    yield verdict_section(passport)
    yield Section("How it was made", tuple(_run(passport)))
    yield Section("What was found and decided", tuple(_found(passport)))
    yield installed_section(passport)
    yield Section("Sizes", tuple(_sizes(passport)))


def _fact(name: str, value: object, tone: Tone = Tone.PLAIN) -> Iterator[tuple[str, Cell]]:
    """A fact; one that is empty is left out."""
    if value:
        yield name, Cell(str(value), tone)


def _image(image: PassportImage) -> Iterator[tuple[str, Cell]]:
    yield from _fact("Name", image.name)
    yield from _fact("Id", image.id)
    yield from _fact("Description", image.description)
    yield from _fact("Visibility", image.visibility or _UNKNOWN)
    yield from _fact("Format", image.disk_format)
    yield from _fact("Size", size(image.size_bytes) if image.size_bytes else _UNKNOWN)
    yield from _fact("Disk", size(image.virtual_size_bytes) if image.virtual_size_bytes else "")
    yield from _fact("Hash", f"{image.hash_algorithm} {image.content_hash}".strip() or "not told by the cloud")
    yield from _fact("Smallest disk", size(image.min_disk_gib * _GIB) if image.min_disk_gib else "")
    yield from _fact("Least memory", size(image.min_ram_mib * _MIB) if image.min_ram_mib else "")
    yield from _fact("Made", second(image.created_at) if image.created_at else "")


def _origin(passport: Passport) -> Iterator[tuple[str, Cell]]:
    origin = passport.origin
    yield from _fact("Made from", _MADE_FROM[origin.kind])
    yield from _fact("Its name", origin.name)
    yield from _fact("Its id", origin.id)
    yield from _fact("SHA-256 of the file", origin.sha256)
    yield from _fact("SHA-512 of the file", origin.sha512)
    if origin.kind is not OriginKind.FILE:
        base = " ".join(part for part in (origin.base_name, origin.base_id) if part)
        yield from _fact("Base image", base or _UNKNOWN)
    yield from _fact("System", origin.system or _UNKNOWN)
    yield from _fact("Kernel", origin.kernel)
    yield from _fact("Architecture", origin.architecture)
    yield from _fact("Inspected", second(origin.inspected_at) if origin.inspected_at else "no")
    yield from _fact("Cloud", " ".join(part for part in (passport.run.auth_url, passport.run.region) if part))
    yield from _fact("Project", passport.run.project_id)


def _run(passport: Passport) -> Iterator[Block]:
    run = passport.run
    whole = (run.ended_at - run.began_at).total_seconds() if run.ended_at else None
    took = f" It took {duration(whole)}." if whole is not None else ""
    yield Paragraph(f"Run {run.id} ({run.kind.value}) began on {second(run.began_at)} and is {run.state.value}.{took}")
    if run.off_from is not None:
        until = f"until {second(run.off_until)}" if run.off_until else "and was not seen to be restored"
        lasted = f" ({duration((run.off_until - run.off_from).total_seconds())})" if run.off_until else ""
        yield Paragraph(f"The instance was off from {second(run.off_from)} {until}{lasted}.")
    yield Picture(PictureKind.TIMELINE)
    rows = tuple(
        (
            Cell(each.step.value),
            Cell(each.state.value, Tone.BAD if each.state is StepState.FAILED else Tone.PLAIN),
            Cell(second(each.started_at) if each.started_at else ""),
            Cell(duration(each.seconds)),
            Cell(each.note),
        )
        for each in run.steps
    )
    yield Table("Steps", ("step", "state", "begun", "took", "result"), rows)


def _found(passport: Passport) -> Iterator[Block]:
    yield Paragraph(f"Judged by the guidelines {passport.run.profile}. What passed or does not apply is left out.")
    done = {each.step for each in passport.run.steps if each.state is StepState.DONE}
    if passport.findings:
        rows = tuple(
            (Cell(each.rule), Cell(each.title), _outcome(each, done), Cell(each.evidence)) for each in passport.findings
        )
        yield Table("Findings before the run", ("rule", "subject", "outcome", "what was seen"), rows)
    else:
        yield Paragraph("Nothing of a checklist is left to tell.")
    if passport.decisions:
        decided = tuple(
            (
                Cell(each.kind.value, Tone.PLAIN if each.kind is DecisionKind.CONFIRMED else Tone.DOUBT),
                Cell(each.rule),
                Cell(each.reason),
                Cell(each.by),
                Cell(second(each.at) if each.at else ""),
            )
            for each in passport.decisions
        )
        yield Table("Decisions", ("decision", "rule", "reason", "by", "when"), decided)


def _outcome(finding: PassportFinding, done: Collection[StepName]) -> Cell:
    if finding.outcome is Outcome.FAIL and finding.fixed_by is not None:
        if finding.fixed_by in done:
            return Cell(f"fixed by the run ({finding.fixed_by.value})", Tone.GOOD)
        return Cell(f"left to the step {finding.fixed_by.value}, which was not carried out", Tone.DOUBT)
    is_blocker = finding.outcome is Outcome.FAIL and finding.severity is Severity.BLOCK
    return Cell(f"{finding.outcome.value} ({finding.severity.value})", Tone.BAD if is_blocker else Tone.DOUBT)


def _sizes(passport: Passport) -> Iterator[Block]:
    if not passport.sizes:
        yield Paragraph("No size is known.")
        return
    yield Picture(PictureKind.SIZES)
    rows = tuple((Cell(each.title), Cell(size(each.size_bytes))) for each in passport.sizes)
    yield Table("Sizes", ("what", "size"), rows)
