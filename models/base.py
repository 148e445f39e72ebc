"""The two base classes of all data: frozen, and strict about fields that it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Data of ours: it never changes after it was made, and an unknown field is an error.

    What a cloud sends is read tolerantly in `imaging.cloud.readers`, which then builds these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
