"""Chapters *Directories* and *Home directory*: a plain image publishes what lies there."""

from __future__ import annotations

from collections.abc import Sequence

from imaging.guidelines.declaration import rule
from imaging.guidelines.evidence import fitted, on_paths
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, guest_unknown, inside, unless_incomplete
from imaging.guidelines.guest.sightings import below_any, points_away
from imaging.guidelines.rule import Answer, Chapter
from models.findings import Severity
from models.formatting import counted, day, size_kib
from models.guest.directories import Desktop, Directories, Directory
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.run.request import Visibility

_SAVE = "Save what is needed to a volume or elsewhere, and delete what is not to be handed on."


@rule(
    "DATA-HOME",
    Chapter.HOME,
    "Files in /home",
    Severity.WARN,
    sentences=("S30", "S31", "S54", "S57"),
    by_hand="sudo du -xsh /home/*",
)
def data_home(facts: InstanceFacts, _profile: Profile) -> Answer:
    homes = inside(facts, parts.directories).homes
    return _published(facts, homes, "No home in the image holds files of its owner's.")


@rule(
    "DATA-MNT",
    Chapter.DIRECTORIES,
    "Files in /mnt",
    Severity.WARN,
    sentences=("S30", "S32"),
    by_hand="sudo du -xsh /mnt",
)
def data_mnt(facts: InstanceFacts, _profile: Profile) -> Answer:
    return _published(facts, _at(facts, "/mnt"), "/mnt holds no files that go into the image.")


@rule(
    "DATA-TMP",
    Chapter.DIRECTORIES,
    "Files in /tmp and /var/tmp",
    Severity.INFO,
    sentences=("S30", "S33"),
    by_hand="sudo du -xsh /tmp /var/tmp",
)
def data_tmp(facts: InstanceFacts, _profile: Profile) -> Answer:
    return _published(facts, _at(facts, "/tmp", "/var/tmp"), "/tmp and /var/tmp hold no files that go into the image.")  # noqa: S108  # names of folders in the guest


@rule(
    "DATA-ROOT",
    Chapter.DIRECTORIES,
    "Files in /root",
    Severity.WARN,
    sentences=("S30", "S34"),
    by_hand="sudo du -xsh /root",
)
def data_root(facts: InstanceFacts, _profile: Profile) -> Answer:
    return _published(facts, _at(facts, "/root"), "/root holds no files but those that it came with.")


@rule(
    "DATA-PUBLISHED",
    Chapter.DIRECTORIES,
    "Users' files in the image",
    Severity.BLOCK,
    by_hand="sudo find /home /root /mnt -xdev -type f | wc -l",
)
def data_published(facts: InstanceFacts, _profile: Profile) -> Answer:
    """Blocks only where others than this project's users would read it."""
    directories = inside(facts, parts.directories)
    homes = _with_files(facts, directories.homes)
    others = _with_files(facts, _named(directories, ("/root", "/mnt", "/srv")))
    files = sum(each.own_files for each in (*homes, *others))
    if not files:
        return _nothing(facts, (*directories.homes, *others), "No files of users go into the image.")
    private = facts.request is None or facts.request.visibility is Visibility.PRIVATE
    who = "everybody in this project who launches it" if private else "everybody who launches it"
    owners = sorted({each.owner or each.path for each in (*homes, *others)})
    size = size_kib(sum(each.size_kib for each in (*homes, *others)))
    said = f"{counted(files, 'file')} ({size}) of {counted(len(owners), 'user')} will be readable by {who}: "
    return guest_failed(
        fitted(said, owners),
        "Save them elsewhere and delete them here, or keep the image private.",
        facts,
        parts.directories,
        severity=Severity.WARN if private else None,
    )


@rule(
    "DATA-DESKTOP",
    Chapter.HOME,
    "Files on desktops",
    Severity.WARN,
    sentences=("S55",),
    by_hand="sudo ls -A /home/*/Desktop",
)
def data_desktop(facts: InstanceFacts, _profile: Profile) -> Answer:
    found = [each for each in _kept_desktops(facts) if each.names]
    if not found:
        passed = guest_passed("No desktop holds files or icons.", facts, parts.directories)
        return unless_incomplete(passed, facts, parts.directories)
    said = [f"{each.path}: {', '.join(each.names[:3])}{_and_more(each)}" for each in found]
    return guest_failed(
        fitted("Will be in the image: ", said),
        "Save or delete them. What every new user shall find belongs into /etc/skel:",
        facts,
        parts.directories,
        command=on_paths(["sudo", "cp", "-a", "-t", "/etc/skel"], [each.path for each in found[:1]]),
    )


def _and_more(desktop: Desktop) -> str:
    rest = len(desktop.names) - 3
    return f" and {rest} more" if rest > 0 else ""


def _kept_desktops(facts: InstanceFacts) -> list[Desktop]:
    away = points_away(facts)
    return [each for each in inside(facts, parts.directories).desktops if not below_any(each.path, away)]


def _published(facts: InstanceFacts, directories: Sequence[Directory], nothing: str) -> Answer:
    """What of these directories goes into the image, with sizes, counts, age and the biggest things."""
    found = sorted(_with_files(facts, directories), key=lambda each: -each.size_kib)
    if not found:
        return _nothing(facts, directories, nothing)
    return guest_failed(
        fitted("Will be in the image: ", [_described(each) for each in found]),
        _SAVE,
        facts,
        parts.directories,
        command=on_paths(["sudo", "du", "-xsh"], [each.path for each in found[:4]]),
    )


def _described(directory: Directory) -> str:
    least = "at least " if directory.incomplete else ""
    newest = f", newest of {day(directory.newest_at)}" if directory.newest_at else ""
    biggest = f", most in {directory.biggest[0].name}" if directory.biggest else ""
    count = counted(directory.own_files, "file")
    return f"{directory.path} ({least}{size_kib(directory.size_kib)}, {count}{newest}{biggest})"


def _nothing(facts: InstanceFacts, directories: Sequence[Directory], nothing: str) -> Answer:
    """Nothing was found; but of a folder that could not be read that says nothing."""
    unread = [each for each in directories if each.incomplete and not each.separate]
    if unread:
        return guest_unknown(
            fitted("Nothing found, but not all was read: ", [f"{each.path} ({each.incomplete})" for each in unread]),
            "Inspect again with `sudo` allowed, or by hand:",
            command=on_paths(["sudo", "du", "-xsh"], [unread[0].path]),
        )
    return unless_incomplete(guest_passed(nothing, facts, parts.directories), facts, parts.directories)


def _with_files(facts: InstanceFacts, directories: Sequence[Directory]) -> list[Directory]:
    """Those with files of somebody that go into the image: a mount of its own does not."""
    away = points_away(facts)
    return [each for each in directories if each.own_files and not each.separate and not below_any(each.path, away)]


def _at(facts: InstanceFacts, *paths: str) -> list[Directory]:
    return _named(inside(facts, parts.directories), paths)


def _named(directories: Directories, paths: Sequence[str]) -> list[Directory]:
    return [found for path in paths if (found := directories.at(path)) is not None]
