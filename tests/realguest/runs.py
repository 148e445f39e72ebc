"""Whole runs of the program on a real guest."""

from __future__ import annotations

from typing import Any

from tests.realguest.machine import Machine

RUN_SECONDS = 1500
_DESCRIPTION = "Debian 12 as it was set up for a test of the Imaging Console, with a mount, a session and a container."


def create(machine: Machine, name: str, *more: str, waived: tuple[str, ...] = ()) -> tuple[int, dict[str, Any], str]:
    """A run on the inspection that was made last; gives status, the run, and its messages."""
    waivers = [word for rule in waived for word in ("--waive", f"{rule}=part of the test")]
    status, document, messages = machine.imaging(
        "create", machine.id, "--name", name, "--description", _DESCRIPTION, "--profile", "openstack", "--yes",
        "--uninspected", "a part of the inspection may run out of time under emulation", *waivers, *more,
        seconds=RUN_SECONDS,
    )  # fmt: skip
    assert document is not None, messages
    return status, dict(document), messages


def finding(document: dict[str, Any], rule: str) -> dict[str, Any]:
    """What one rule said."""
    return dict(next(each for each in document["findings"] if each["rule"] == rule))


def outcome(run: dict[str, Any]) -> str:
    """The end of a run in one line, with the seconds of each step."""
    steps = ", ".join(f"{each['step']} {each['seconds'] or 0:.0f} s ({each['state']})" for each in run["steps"])
    return f"{run['state']}, instance {run['instance_seen']}: {steps}"
