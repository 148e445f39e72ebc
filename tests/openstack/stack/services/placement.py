"""Placement: it makes its own schema."""

from __future__ import annotations

from typing import Any

from ..service import Spec


def application(_spec: Spec) -> Any:
    """The API."""
    from placement import wsgi

    return wsgi.init_application()
