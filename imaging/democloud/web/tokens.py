"""Tokens: who is asking."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from imaging.democloud.records.identity import Credential, Project, User
from imaging.democloud.world import World

TOKEN_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Token:
    """A token that was given out."""

    text: str
    user_id: str
    project_id: str | None
    credential_id: str | None
    method: str
    issued_at: float
    expires_at: float
    audit_id: str


@dataclass(frozen=True)
class Caller:
    """Who is asking, in which project."""

    user: User
    project: Project
    token: Token

    @property
    def is_admin(self) -> bool:
        """Whether policy lets the caller do everything."""
        return self.user.admin


class Tokens:
    """The tokens that are valid. They outlive a reset, as people's ids do."""

    def __init__(self) -> None:
        self._given: dict[str, Token] = {}

    def give(
        self, world: World, user: User, project_id: str | None, method: str, credential: Credential | None = None
    ) -> Token:
        """A new token; that of an application credential never outlives the credential."""
        expires_at = world.now() + TOKEN_SECONDS
        if credential is not None and credential.expires_at is not None:
            expires_at = min(expires_at, credential.expires_at)
        token = Token(
            text=f"gAAAAA{secrets.token_urlsafe(96)}",
            user_id=user.id,
            project_id=project_id,
            credential_id=None if credential is None else credential.id,
            method=method,
            issued_at=world.now(),
            expires_at=expires_at,
            audit_id=secrets.token_urlsafe(16),
        )
        self._given[token.text] = token
        return token

    def find(self, world: World, text: str | None) -> Token | None:
        """The token, if it still counts."""
        token = self._given.get(text or "")
        if token is None or token.expires_at <= world.now() or token.user_id not in world.users:
            return None
        if token.credential_id is not None and token.credential_id not in world.credentials:
            return None
        return token

    def revoke(self, text: str) -> None:
        """Make a token void."""
        self._given.pop(text, None)

    def revoke_all(self) -> None:
        """Make every token void."""
        self._given.clear()
