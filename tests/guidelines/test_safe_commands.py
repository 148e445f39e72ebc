"""Commands that are shown or carried out are safe to paste: each name from a guest is one word to the shell."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from imaging.guidelines.checklist import judge
from imaging.guidelines.guest.questions import questions_for
from models.fact import Fact
from models.findings import Finding, Source
from models.guest.facts import GuestFacts
from models.remedy_action import ActionKind
from models.text import one_line
from tests.guidelines import test_any_facts as any_facts
from tests.guidelines.building import NOW, PGDATA, attached, facts, profile
from tests.guidelines.guest_building import guest, sighting
from tests.support.examples import examples

RAN = "RAN-BY-THE-SHELL"
"""A program that nobody named on purpose."""
HOSTILE = (
    f"$({RAN})", f"`{RAN}`", f";{RAN};", f"'; {RAN} '", f'"; {RAN} "', f"|{RAN}", f"&& {RAN}", f"/x/$({RAN})",
    f"/home/a'; {RAN} #", f"/data/`{RAN}`", f"/dev/mapper/$({RAN})", f"x;{RAN}.service", f"$({RAN}).timer",
    f"/etc/cloud/$({RAN})disabled", f"/var/lib/dhcp/;{RAN}", f"UUID=$({RAN})", f"root=$({RAN})", f"\n{RAN}\n",
    "--option", "-rf", "/x\n/y",
)  # fmt: skip
PROGRAMS = (
    "sudo", "openstack", "grep", "cat", "ls", "systemctl", "rm", "sed", "du", "find", "touch", "head", "tail",
    "truncate", "sh", "lsblk", "umount", "swapoff", "ssh-keygen",
)  # fmt: skip


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all that a command can start only notes that it was started."""
    folder = tmp_path_factory.mktemp("programs")
    for name in PROGRAMS:
        _program(folder / name, "exit 0")
    _program(folder / RAN, f"echo >>{shlex.quote(str(folder / 'ran'))}")
    return folder


def _program(file: Path, body: str) -> None:
    file.write_text(f"#!/bin/sh\n{body}\n")
    file.chmod(0o755)


def commands_of(found: Finding) -> Iterator[str]:
    if found.remedy is None:
        return
    if found.remedy.command:
        yield found.remedy.command
    yield from (action.command for action in found.remedy.actions if action.kind is ActionKind.RUN and action.command)


def judged(guest_facts: GuestFacts) -> Iterator[tuple[str, str]]:
    inspected = Fact[GuestFacts](value=guest_facts, source=Source.GUEST, read_at=NOW)
    volumes: dict[str, Any] = {"attachments": (attached(PGDATA, "/dev/vdb"),), "volumes": (PGDATA,)}
    for found in judge(facts(guest=inspected, **volumes), profile("jetstream2")).findings:
        yield from ((found.rule, command) for command in commands_of(found))


def refuse_unsafe(rule: str, command: str, programs: Path) -> None:
    """Run a command where nothing is at stake, and see what the shell makes of it."""
    assert all(line.isprintable() for line in command.split("\n")), f"{rule}: {command!r}"
    if RAN in command:
        subprocess.run(
            ["/bin/sh", "-c", command], env={"PATH": str(programs)}, cwd=programs, timeout=10, check=False,
            capture_output=True,
        )  # fmt: skip
        assert not (programs / "ran").exists(), f"{rule}: {command}"
    words = shlex.split(command)
    ended = words.index("--") if "--" in words else len(words)
    assert not {"--option", "-rf"} & set(words[:ended]), f"{rule}: {command}"


WORDS = (st.sampled_from(HOSTILE) | any_facts.WORDS).map(one_line)
"""Cleaned, as all texts of a report are (`imaging.guest.report`)."""


@pytest.fixture(scope="module", autouse=True)
def hostile_words() -> Iterator[None]:
    any_facts.model.cache_clear()
    before = any_facts.SIMPLE[str]
    any_facts.SIMPLE[str] = WORDS
    yield
    any_facts.SIMPLE[str] = before
    any_facts.model.cache_clear()


@settings(
    max_examples=examples(int(os.environ.get("EXAMPLES", "60"))),
    deadline=None, suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)  # fmt: skip
@given(st.data())
def test_no_word_of_a_guest_becomes_code(programs, data):
    for rule, command in judged(data.draw(any_facts.GUESTS)):
        refuse_unsafe(rule, command, programs)


@pytest.mark.parametrize("name", [name for name in HOSTILE if "\n" not in name])
def test_no_name_of_a_file_becomes_code(programs, name):
    searches = questions_for(profile("jetstream2")).searches
    seen = tuple(
        sighting(
            search.id, f"/home/alice/{name}", kind="file", size_bytes=9, marks=tuple(search.first_line) or ("key",)
        )
        for search in searches
    )
    for rule, command in judged(guest(sightings=seen)):
        refuse_unsafe(rule, command, programs)
