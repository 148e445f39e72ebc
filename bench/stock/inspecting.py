"""Inspects a stock tree with the real probe and judges it with the real rules."""

from __future__ import annotations

from pathlib import Path

from imaging.guidelines.guest.questions import questions_for
from imaging.guidelines.machine import judge_machine
from imaging.guidelines.profiles import load_profile
from models.findings import Finding, Outcome
from tests.guest.probe.running import NOW, probe

PROFILES = ("jetstream2", "openstack")


def open_findings(root: Path) -> dict[str, Finding]:
    """The rules that do not pass, by id, under any profile that comes with the program."""
    found: dict[str, Finding] = {}
    for name in PROFILES:
        profile = load_profile(name)
        facts = probe(root=root, questions=questions_for(profile))
        for each in judge_machine(facts, profile, NOW).findings:
            if each.outcome in {Outcome.FAIL, Outcome.UNKNOWN}:
                found.setdefault(each.rule, each)
    return found
