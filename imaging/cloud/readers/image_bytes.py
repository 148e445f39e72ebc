"""Reads what Glance tells about the ways into it, and of its tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from imaging.cloud.readers.values import flag, mapping, moment, rows, text, whole, word, words
from models.cloud.image_bytes import ImageStore, ImageTask, UploadWays
from models.cloud.quota import Limit


def read_methods(body: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The import methods of `GET /info/import`; None where it tells none."""
    told = mapping(body.get("import-methods")).get("value")
    return words(told) if isinstance(told, list) else None


def methods_of_header(header: str | None) -> tuple[str, ...] | None:
    """The import methods of the header that the making of an image answers with; None where there is none."""
    return None if header is None else tuple(name for one in header.split(",") if (name := text(one.strip())))


def read_stores(body: Mapping[str, Any]) -> tuple[ImageStore, ...] | None:
    """The stores of `GET /info/stores`; None where it tells none."""
    if not isinstance(body.get("stores"), list):
        return None
    return tuple(
        ImageStore(
            id=store_id,
            description=text(row.get("description")) or "",
            is_default=flag(row.get("default")) or False,
            is_read_only=flag(row.get("read-only")) or False,
        )
        for row in rows(body["stores"])
        if (store_id := text(row.get("id")))
    )


def with_usage(ways: UploadWays, body: Mapping[str, Any]) -> UploadWays:
    """The same with the quotas of `GET /info/usage`, as far as it tells them."""
    usage = mapping(body.get("usage"))
    return ways.model_copy(
        update={
            "total_mib": _limit(usage.get("image_size_total")),
            "staged_mib": _limit(usage.get("image_stage_total")),
            "images": _limit(usage.get("image_count_total")),
            "uploading": _limit(usage.get("image_count_uploading")),
        }
    )


def read_tasks(body: Mapping[str, Any]) -> tuple[ImageTask, ...]:
    """The tasks of one image, the newest first. What they were given is left out: it may hold a URL with a secret."""
    found = [_task(row) for row in rows(body.get("tasks")) if text(row.get("id"))]
    return tuple(sorted(found, key=lambda task: task.created_at.timestamp() if task.created_at else 0.0, reverse=True))


def _task(row: Mapping[str, Any]) -> ImageTask:
    said = row.get("message")
    return ImageTask(
        id=text(row.get("id")) or "",
        kind=word(row.get("type"), "unknown"),
        status=word(row.get("status"), "unknown").lower(),
        message=said if isinstance(said, str) else "",
        created_at=moment(row.get("created_at")),
        updated_at=moment(row.get("updated_at")),
    )


def _limit(told: Any) -> Limit | None:
    used, maximum = whole(mapping(told).get("usage")), whole(mapping(told).get("limit"))
    return None if used is None or maximum is None else Limit(used=used, maximum=maximum)
