"""Chapter *Boot*: the guest agent, failed services, logins without password."""

from __future__ import annotations

from collections.abc import Mapping

from imaging.guidelines.rule import Judge

JUDGES: Mapping[str, Judge] = {}
