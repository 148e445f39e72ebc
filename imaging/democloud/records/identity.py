"""Users, projects, application credentials and key pairs, and what a project may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class User:
    """Somebody who can log in."""

    id: str
    name: str
    password: str
    project_ids: list[str]
    admin: bool = False


@dataclass
class Project:
    """A project."""

    id: str
    name: str
    description: str = ""


@dataclass
class Credential:
    """An application credential."""

    id: str
    name: str
    secret: str
    user_id: str
    project_id: str
    expires_at: float | None = None
    description: str | None = None


@dataclass
class Keypair:
    """A key pair of a user."""

    name: str
    user_id: str
    fingerprint: str
    public_key: str


@dataclass
class Quotas:
    """What a project may use; -1 is unlimited."""

    instances: int = 25
    cores: int = 120
    ram: int = 512_000
    metadata_items: int = 128
    volumes: int = 20
    gigabytes: int = 4000
    snapshots: int = 20
    security_groups: int = 20
