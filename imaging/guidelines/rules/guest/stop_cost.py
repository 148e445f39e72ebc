"""Chapter *Instance status*: what a stop will cost, and whether the next start was ever tried. Seen before the stop."""

from __future__ import annotations

import re
from collections.abc import Sequence

from imaging.guidelines.declaration import rule
from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import guest_failed, guest_passed, inside, inside_or_none, unless_incomplete
from imaging.guidelines.rule import Answer, Chapter, not_applicable
from imaging.guidelines.wording import fitting
from models.findings import Severity
from models.formatting import day, duration, size_kib
from models.guest.mounts import BootMounts, Mounts
from models.guest.running import BootFile, PersonsProgram
from models.guidelines.facts import InstanceFacts
from models.guidelines.profile import Profile
from models.text import cut

_SHOWN = 40
_MULTIPLEXERS = re.compile(r"(?i)tmux.*|screen|dtach|abduco|zellij.*|mosh-server")
_NOTEBOOKS = re.compile(r"jupyter.*|ipykernel.*|rsession|code-server|marimo")
_UNTRIED_DAYS = 365
NOTHING_RUNS = not_applicable("It does not run.")


def is_stopped(facts: InstanceFacts) -> bool:
    """Whether the cloud says that it does not run; a machine that is in no cloud's list runs."""
    return facts.instance.value is not None and not facts.instance.value.is_running


@rule(
    "STOP-SESSIONS",
    Chapter.STATUS,
    "Sessions and programs of users",
    Severity.WARN,
    by_hand="loginctl list-sessions; ps -eo user,etime,comm --sort=-etime | grep -v '^root'",
    of_what_runs=True,
)
def stop_sessions(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    running = inside(facts, parts.running)
    programs = [each for each in running.programs if each.is_work]
    if not programs:
        answer = guest_passed("No user's session runs anything.", facts, parts.running)
        return unless_incomplete(answer, facts, parts.running)
    return guest_failed(
        f"Ends with the stop: {fitting(_told(programs))}.",
        "Let them end, or tell their users; nothing starts them again.",
        facts,
        parts.running,
        command="loginctl list-sessions",
    )


def _told(programs: Sequence[PersonsProgram]) -> list[str]:
    """`tmux of alice, 3 days`: multiplexers and notebooks first, then the oldest; each name of a user once."""

    def place(each: PersonsProgram) -> tuple[bool, int]:
        named = _MULTIPLEXERS.fullmatch(each.name) or _NOTEBOOKS.fullmatch(each.name)
        return not named, -each.seconds

    oldest: dict[tuple[str, str], PersonsProgram] = {}
    for each in sorted(programs, key=place):
        oldest.setdefault((each.user, each.name), each)
    return [f"{cut(one.name, 20)} of {cut(one.user, 20)}, {duration(one.seconds)}" for one in oldest.values()]


@rule(
    "STOP-MOUNTS",
    Chapter.STATUS,
    "Mounts and swap that nothing will bring back",
    Severity.WARN,
    by_hand="findmnt --real; swapon --show; cat /etc/fstab",
    of_what_runs=True,
)
def stop_mounts(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    mounts, boot = inside(facts, parts.mounts), inside(facts, parts.boot_mounts)
    lost = [*_lost_mounts(mounts, boot), *_lost_swaps(mounts, boot)]
    if not lost:
        answer = guest_passed("Each of them is in fstab or in a unit.", facts, parts.mounts, parts.boot_mounts)
        return unless_incomplete(answer, facts, parts.mounts, parts.boot_mounts)
    return guest_failed(
        f"Made by hand, and gone after the next start: {fitting(lost)}.",
        "Note them, or write them to /etc/fstab with nofail if the instance is to have them again.",
        facts,
        parts.mounts,
        parts.boot_mounts,
        command="findmnt --real",
    )


def _lost_mounts(mounts: Mounts, boot: BootMounts) -> list[str]:
    known = boot.points
    return [
        f"{cut(mount.point, _SHOWN)} ({cut(mount.source or mount.fs_type, _SHOWN)})"
        for mount in mounts.mounts
        if mount.point not in known and not mount.comes_by_itself
    ]


def _lost_swaps(mounts: Mounts, boot: BootMounts) -> list[str]:
    # A device stands in fstab by any of its names, so only a file is sure to be missing there.
    return [
        f"swap {cut(area.path, _SHOWN)}"
        for area in mounts.swaps
        if area.kind == "file" and not boot.names_swap(area.path)
    ]


@rule(
    "STOP-CONTAINERS",
    Chapter.STATUS,
    "Containers that nothing will start again",
    Severity.WARN,
    by_hand="sudo grep -o '\"RestartPolicy\":{[^}]*}' /var/lib/docker/containers/*/hostconfig.json; podman ps",
    of_what_runs=True,
)
def stop_containers(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    running = inside(facts, parts.running)
    lost = [cut(each.name, _SHOWN) for each in running.containers if each.restart_policy in {"", "no", "on-failure"}]
    services = inside_or_none(facts, parts.services)
    podman = [each for each in services.processes if each.name == "conmon"] if services is not None else []
    found = [*lost, *([f"{len(podman)} of Podman, unless a unit starts them"] if podman else [])]
    if not found:
        answer = guest_passed("None runs that would stay stopped.", facts, parts.running)
        return unless_incomplete(answer, facts, parts.running)
    return guest_failed(
        f"Without a restart policy: {fitting(found)}.",
        "Start them again after the run, or give them a restart policy.",
        facts,
        parts.running,
        command="sudo docker update --restart unless-stopped NAME" if lost else "podman ps",
    )


@rule(
    "STOP-MEMORY",
    Chapter.STATUS,
    "Files of users in memory",
    Severity.WARN,
    by_hand="sudo find /dev/shm /run/user /tmp -xdev -type f -uid +999 -size +7",
    of_what_runs=True,
)
def stop_memory(facts: InstanceFacts, _profile: Profile) -> Answer:
    if is_stopped(facts):
        return NOTHING_RUNS
    files = sorted(inside(facts, parts.running).memory_files, key=lambda each: -each.size_kib)
    if not files:
        answer = guest_passed("None lies in memory.", facts, parts.running)
        return unless_incomplete(answer, facts, parts.running)
    told = [f"{cut(each.path, _SHOWN)} ({cut(each.user, 20)}, {size_kib(each.size_kib)})" for each in files]
    return guest_failed(
        f"Lost with the stop: {fitting(told)}.",
        "Copy what is needed to a disk.",
        facts,
        parts.running,
        command="ls -l /dev/shm",
    )


@rule(
    "STOP-UNTRIED",
    Chapter.STATUS,
    "Whether the next start was ever tried",
    Severity.WARN,
    by_hand="uptime -s; ls -l --time-style=full-iso /etc/fstab /etc/crypttab /boot",
)
def stop_untried(facts: InstanceFacts, _profile: Profile) -> Answer:
    """What was changed since the guest was started decides on a start for the first time: kernel, initrd, fstab."""
    if is_stopped(facts):
        return NOTHING_RUNS
    running, system = inside(facts, parts.running), inside(facts, parts.system)
    booted_at = system.booted_at
    if booted_at is None:
        return not_applicable("The guest does not tell when it was started.")
    later = [each for each in running.boot_files if each.changed_at > booted_at]
    days = (facts.now - booted_at).days
    if not later and days < _UNTRIED_DAYS:
        answer = guest_passed(f"Started on {day(booted_at)}, with what stands there now.", facts, parts.running)
        return unless_incomplete(answer, facts, parts.running)
    said = [f"running since {day(booted_at)}"] if days >= _UNTRIED_DAYS else []
    said += [f"changed since its start: {fitting(_newest(later))}"] if later else []
    return guest_failed(
        f"{'; '.join(said)[:1].upper()}{'; '.join(said)[1:]}.",
        "Reboot it at a time that suits you, before the run: then it is known that it comes up again.",
        facts,
        parts.running,
        parts.system,
        command="sudo reboot",
    )


def _newest(files: Sequence[BootFile]) -> list[str]:
    ordered = sorted(files, key=lambda each: each.changed_at, reverse=True)
    return [f"{cut(each.path, _SHOWN)} ({day(each.changed_at)})" for each in ordered]
