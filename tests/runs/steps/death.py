"""`kill -9` of the runner, at one of its requests for a change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from imaging.cloud.interface import Cloud
from tests.runs.steps.held_world import CHANGES

_SERVICES = ("compute", "images", "volumes", "networking")


class KilledError(BaseException):
    """The runner is gone in this very moment; nothing of it runs any more."""


class Death:
    """Strikes once: before a request is sent, or after its answer has come."""

    def __init__(self, cloud: Cloud, moment: str, *, number: int, only: str | None = None) -> None:
        """Lie in wait at one request of all, or of one kind, counted from 0."""
        self.struck = False
        self._moment, self._left, self._only = moment, number, only
        for service in (getattr(cloud, name) for name in _SERVICES):
            for name in CHANGES:
                if hasattr(service, name):
                    setattr(service, name, self._deadly(name, getattr(service, name)))

    def _deadly(self, name: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def deadly(*arguments: Any, **options: Any) -> Any:
            strikes = self._strikes(name)
            if strikes and self._moment == "before":
                raise KilledError
            answer = await call(*arguments, **options)
            if strikes:
                raise KilledError
            return answer

        return deadly

    def _strikes(self, name: str) -> bool:
        if self.struck or self._only not in {None, name}:
            return False
        self._left -= 1
        self.struck = self._left < 0
        return self.struck
