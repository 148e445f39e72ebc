"""Reads /etc/selinux/config as libselinux does: what the next boot does with SELinux, and the policy that it needs."""

from __future__ import annotations

from imaging.guest.report.rows import Rows

_MODES = ("enforcing", "permissive", "disabled")
_USUAL_POLICY = "targeted"
"""Of settings that name none."""


def selinux_mode(rows: Rows) -> str:
    """The mode of the next boot; empty where the settings name none. The first word that is one counts."""
    said = [text.strip().lower() for text in rows.texts("mode")]
    return next((mode for text in said for mode in _MODES if text.startswith(mode)), "")


def missing_policy(rows: Rows) -> str:
    """The folder of the policy without which an enforcing system stops; empty if it is there, or not needed.

    The last name counts, with its quotes.
    """
    name = next(reversed(rows.texts("type")), _USUAL_POLICY)
    needed = selinux_mode(rows) == "enforcing" and name not in rows.texts("policy")
    return f"/etc/selinux/{name}" if needed else ""
