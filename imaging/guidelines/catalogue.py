"""All rules, in the order of the page and then beyond it."""

from __future__ import annotations

from imaging.guidelines.declaration import rules_of
from imaging.guidelines.rule import Rule
from imaging.guidelines.rules import guest_rules
from imaging.guidelines.rules.cloud import (
    description,
    directories,
    export,
    image_format,
    keep_instance,
    login,
    name,
    operating_system,
    owner,
    properties,
    quota,
    size,
    software,
    status,
    volumes,
)

MODULES = (
    operating_system,
    image_format,
    software,
    name,
    description,
    status,
    keep_instance,
    volumes,
    owner,
    directories,
    size,
    export,
    properties,
    quota,
    login,
    *guest_rules.MODULES,
)

RULES: tuple[Rule, ...] = rules_of(MODULES)
"""By chapter; within a chapter those that the cloud can answer before those that need an inspection of the guest."""
