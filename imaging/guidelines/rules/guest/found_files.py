"""Rules that a table of files answers: credentials, identities, histories. Their judge is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from imaging.guidelines import tables
from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import (
    NOT_BY_KEY,
    fitted,
    is_account_name,
    left_out,
    listing_of_odd,
    on_paths,
    removal,
)
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, unless_incomplete
from imaging.guidelines.guest.sightings import meaningful, not_read, seen
from imaging.guidelines.rule import SEVERITIES, Answer, Chapter, Judge, Rule
from models.findings import Severity
from models.formatting import size
from models.guest.files import Sighting
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.guidelines.tables import Removal, SecretRow

TAKE_AWAY = "Keep a copy elsewhere if you need it, and remove it before imaging."
_BY_HAND = "sudo grep -rlIE 'gh[pousr]_|glpat-|hf_|sk-ant-|AKIA|PRIVATE KEY-----' /home /root /opt /srv"
_EDITORS = 4
"""How many files one remedy opens in an editor; the next inspection finds the rest."""
Rows = Callable[[Profile], tuple[SecretRow, ...]]


@dataclass(frozen=True)
class Found:
    """A file that counts, and how much."""

    row: SecretRow
    sighting: Sighting
    severity: Severity

    @property
    def shown(self) -> str:
        """Kind, path, line, owner and size; never content."""
        size_bytes = self.sighting.size_bytes
        has_size = size_bytes is not None and self.sighting.kind == "file" and not self.sighting.lines
        about = [self.sighting.owner, size(size_bytes) if has_size else ""]
        facts = ", ".join(each for each in about if each)
        return f"{self.row.kind} {self.place}" + (f" ({facts})" if facts else "")

    @property
    def place(self) -> str:
        """`FILE:LINE`, as compilers and editors write it; the file alone where no line was told."""
        numbers = ",".join(map(str, self.sighting.lines))
        return f"{self.sighting.path}:{numbers}" if numbers else self.sighting.path


@dataclass(frozen=True)
class Search:
    """The result of the search for the files of one rule."""

    found: tuple[Found, ...]
    """The worst first, then by path."""
    undecided: tuple[Sighting, ...]
    """Those whose content could not be read, though it decides."""


def file_rule(
    rule_id: str,
    chapter: Chapter,
    title: str,
    severity: Severity,
    *,
    by_hand: str,
    nothing: str,
    remedy: str = TAKE_AWAY,
    rows: Rows = tables.secrets,
    sentences: tuple[str, ...] = (),
) -> Rule:
    """Declare a rule that the rows of a table answer, those that name it.

    Args:
        rule_id: see `imaging.guidelines.declaration.rule`, as for the others that are not named here.
        chapter: the same.
        title: the same.
        severity: the same.
        by_hand: the same.
        nothing: the evidence where nothing was found, a whole sentence.
        remedy: what to do, where the row of what was found does not say.
        rows: the table under a profile.
        sentences: the same.
    """
    declared = rule(rule_id, chapter, title, severity, sentences=sentences, by_hand=by_hand)
    return declared(judge_files(rule_id, nothing, rows, remedy))


def judge_files(rule_id: str, nothing: str, rows: Rows, remedy: str) -> Judge:
    """The judge of one rule of a table.

    Args:
        rule_id: the rows with this rule are its own.
        nothing: the evidence where nothing was found, a whole sentence.
        rows: the table under a profile.
        remedy: what to do, where the row of what was found does not say.
    """

    def judge(facts: InstanceFacts, profile: Profile) -> Answer:
        search = search_for(rule_id, rows, facts, profile)
        if search.found:
            return found_answer(facts, search.found, remedy)
        return nothing_found(facts, search, nothing)

    return judge


def search_for(rule_id: str, rows: Rows, facts: InstanceFacts, profile: Profile) -> Search:
    """Every file of a rule's rows that counts, each once."""
    own = {tables.secret_key(row): row for row in rows(profile) if row.rule == rule_id}
    found: dict[str, Found] = {}
    undecided = []
    for sighting in meaningful(seen(facts, *own), profile):
        row = own[sighting.search]
        if tables.matches(sighting.path, row.but_not) or not _holds_something(row, sighting):
            continue
        if row.needs and not set(row.needs) & set(sighting.marks):
            undecided += [sighting] if sighting.unread else []
            continue
        this = Found(row, sighting, _severity(row, sighting))
        found[sighting.path] = _joined(found.get(sighting.path), this)
    return Search(tuple(sorted(found.values(), key=lambda each: (_rank(each), each.sighting.path))), tuple(undecided))


def _joined(one: Found | None, other: Found) -> Found:
    """Two searches that found the same file as one: the worse of them, with the lines of both where only lines go."""
    if one is None:
        return other
    worse, milder = sorted((one, other), key=lambda each: (_rank(each), each.row.removal is Removal.LINES))
    if worse.row.removal is not Removal.LINES:
        return worse
    lines = tuple(sorted({*worse.sighting.lines, *milder.sighting.lines}))
    return replace(worse, sighting=worse.sighting.model_copy(update={"lines": lines}))


def found_answer(facts: InstanceFacts, found: Sequence[Found], remedy: str, severity: Severity | None = None) -> Answer:
    """The answer where something was found: as bad as the worst of it, with the command that takes it away."""
    first = found[0]
    count = f"{len(found)} files: " if len(found) > 1 else ""
    return guest_failed(
        fitted(f"Will be in the image: {count}", [each.shown for each in found]),
        _advice(found, remedy),
        facts,
        parts.sightings,
        command=_commands(found),
        by_hand_because=NOT_BY_KEY,
        severity=severity or first.severity,
    )


def nothing_found(facts: InstanceFacts, search: Search, nothing: str) -> Answer:
    """The answer where nothing was found: a pass only if everything that decides could be read."""
    if search.undecided:
        if any(each.kind == "directory" for each in search.undecided):
            return guest_unknown(
                "Time was up before all files were searched for tokens.", "Inspect again, or by hand:", command=_BY_HAND
            )
        return not_read(facts, [each.path for each in search.undecided])
    return unless_incomplete(guest_passed(nothing, facts, parts.sightings), facts, parts.sightings)


def _holds_something(row: SecretRow, sighting: Sighting) -> bool:
    """Whether there is something in it: not an empty file, nor a mere link (a history that leads to /dev/null)."""
    if sighting.kind == "file":
        return sighting.size_bytes != 0
    return sighting.kind == "directory" or bool(row.needs)


def _severity(row: SecretRow, sighting: Sighting) -> Severity:
    marked = [row.worse[mark] for mark in sighting.marks if mark in row.worse]
    if not marked:
        marked = [row.milder[mark] for mark in sighting.marks if mark in row.milder]
    return marked[0] if marked else row.severity


def _rank(found: Found) -> int:
    return SEVERITIES.index(found.severity)


def _advice(found: Sequence[Found], remedy: str) -> str:
    """What to do: of a file that holds more, only the lines go. Last, what the command leaves to the user."""
    in_lines = [each.place for each in found if each.row.removal is Removal.LINES]
    others = [each for each in found if each.row.removal is not Removal.LINES]
    said = [others[0].row.remedy or remedy] if others else []
    if in_lines:
        said.append(fitted("Take the secret out of ", in_lines, "; keep the rest of the file."))
        said += [] if others else [found[0].row.remedy]
    said += [left_out(_paths(found, Removal.FILE)), left_out(_paths(found, Removal.CONTENT))]
    said.append(left_out(_paths(found, Removal.LINES), most=_EDITORS))
    return " ".join(each for each in said if each)


def _commands(found: Sequence[Found]) -> str | None:
    """What removes all of it, a line for each way: by programs of their own, whole files, contents, lines."""
    whole = [each.sighting for each in found if each.row.removal is Removal.FILE and not each.row.command]
    odd = [each.sighting.path for each in found if not each.row.command]
    commands = (
        *(_own_command(each) for each in found if each.row.command),
        removal([each.path for each in whole], recursive=any(each.kind == "directory" for each in whole)),
        on_paths(["sudo", "truncate", "-s", "0"], _paths(found, Removal.CONTENT)),
        *[line for each in found if each.row.removal is Removal.LINES and (line := _edit(each.sighting))][:_EDITORS],
        listing_of_odd(odd),
    )
    return "\n".join(dict.fromkeys(command for command in commands if command)) or None


def _own_command(found: Found) -> str:
    """What the program itself has for it; where that is the program of a user, it is run as the file's owner."""
    owner = found.sighting.owner
    if found.row.command.startswith("sudo ") or not is_account_name(owner):
        return found.row.command
    return f"sudo -iu {owner} {found.row.command}"


def _paths(found: Sequence[Found], way: Removal) -> list[str]:
    """The files that go this way, without those whose program has a command of its own."""
    return [each.sighting.path for each in found if each.row.removal is way and not each.row.command]


def _edit(sighting: Sighting) -> str | None:
    """The user's editor at the line: what else hangs on the line, only its owner knows (a job of cron, a setting)."""
    at = [f"+{sighting.lines[0]}"] if sighting.lines else []
    quoted = on_paths(at, [sighting.path])
    return f"sudo ${{EDITOR:-vi}} {quoted}" if quoted else None
