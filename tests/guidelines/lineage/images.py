"""Images as Glance shows them, for rules about several of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from models.cloud.image import (
    SUCCEEDED_BY,
    SUCCEEDED_BY_ABOUT,
    SUCCEEDS,
    SUCCEEDS_ABOUT,
    WORKS,
    WORKS_ABOUT,
    Image,
)

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
PROJECT, CLOUD = "our-project", "the-cloud"


def image(image_id: str, *, days_old: float = 10, properties: dict[str, str] | None = None, **fields: Any) -> Image:
    told = {"name": image_id, "status": "active", "owner": PROJECT, "created_at": NOW - timedelta(days=days_old)}
    return Image(**{**told, "id": image_id, "properties": properties or {}, "size_bytes": 5, **fields})


def followed_by(newer_id: str, about: str) -> dict[str, str]:
    return {SUCCEEDED_BY: newer_id, SUCCEEDED_BY_ABOUT: about}


def follows(older_id: str, about: str) -> dict[str, str]:
    return {SUCCEEDS: older_id, SUCCEEDS_ABOUT: about}


def works(word: str, about: str) -> dict[str, str]:
    return {WORKS: word, WORKS_ABOUT: about}


def featured(image_id: str, *, days_old: float, os: tuple[str, str] = ("ubuntu", "24.04"), **fields: Any) -> Image:
    properties = {"os_distro": os[0], "os_version": os[1]}
    told = {"owner": CLOUD, "visibility": "public"}
    return image(image_id, days_old=days_old, properties=properties, **{**told, **fields})


def made_from(base_id: str, *, days_old: float = 10, os: tuple[str, str] = ("ubuntu", "24.04")) -> Image:
    properties = {"base_image_ref": base_id, "os_distro": os[0], "os_version": os[1]}
    return image("mine", days_old=days_old, properties=properties)
