"""What a test expects to be there: its value, or a failure that says what is missing."""

from __future__ import annotations

from typing import Any, TypeVar

import pytest

from models.fact import Fact
from models.findings import Finding, Remedy

T = TypeVar("T")


def present(value: T | None, what: str = "a value") -> T:
    """What is there."""
    if value is None:
        pytest.fail(f"{what} is expected here, and there is none")
    return value


def known(fact: Fact[T]) -> T:
    """What was read."""
    if not fact.known:
        pytest.fail(f"a known fact is expected here, and it is unknown: {fact.unknown_because}")
    return present(fact.value, "a fact with a value")


def fact_of(kind: type) -> type[Fact[Any]]:
    """The type of a fact of one kind, which a test has as a value."""
    return Fact[kind]  # type: ignore[valid-type]  # a type to pydantic, a variable to mypy


def remedy_of(finding: Finding) -> Remedy:
    """What is said to put a finding right."""
    return present(finding.remedy, f"a remedy of {finding.rule}")


def command_of(finding: Finding) -> str:
    """The command that puts a finding right."""
    return present(remedy_of(finding).command, f"a command in the remedy of {finding.rule}")
