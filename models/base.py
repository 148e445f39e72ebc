"""The two base classes of all data: frozen, and strict about fields that it does not know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """Data of the program: it never changes after it was made, and an unknown field is an error.

    What a cloud sends is read tolerantly in `imaging.cloud.readers`, which then builds these.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """As pydantic's, but what is changed is validated as when the model was made: pydantic takes it unseen."""
        copied = super().model_copy(deep=deep)
        return type(self).model_validate({**copied.__dict__, **update}) if update else copied
