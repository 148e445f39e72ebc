"""Bytes are hashed while they are read for the upload, and count only from the first one on without a gap."""

from __future__ import annotations

import hashlib

import pytest

from imaging.files.identity import ContentDigest
from imaging.runs.sending.hashing import HashedContent, read_through
from models.image_file.image_format import ImageFormat

BYTES = bytes(range(256)) * 4000


class Kept:
    """Content that is in memory."""

    size_bytes = len(BYTES)

    def read(self, offset: int, size: int) -> bytes:
        return BYTES[offset : offset + size]


@pytest.fixture
def content() -> HashedContent:
    return HashedContent(Kept())


def test_what_was_read_in_order_is_hashed(content):
    for offset in range(0, len(BYTES), 100_000):
        content.read(offset, 100_000)
    sent = content.sent(ImageFormat.RAW, 1.0)
    assert content.is_whole
    digest = ContentDigest()
    digest.add(BYTES)
    assert (sent.sha512, content.digest) == (hashlib.sha512(BYTES).hexdigest(), digest.hexdigest())
    assert sent.size_bytes == len(BYTES)


async def test_what_is_only_read_is_hashed_as_well(content):
    await read_through(content)
    assert content.sent(ImageFormat.RAW, None).sha512 == hashlib.sha512(BYTES).hexdigest()


def test_an_upload_that_begins_again_is_hashed_again(content):
    content.read(0, 300_000)
    content.read(0, len(BYTES))
    assert content.is_whole
    assert content.sent(ImageFormat.RAW, 1.0).sha512 == hashlib.sha512(BYTES).hexdigest()


def test_behind_a_gap_nothing_counts(content):
    content.read(0, 300_000)
    content.read(300_001, len(BYTES))
    assert not content.is_whole
    assert content.sent(ImageFormat.RAW, 1.0).sha512 == hashlib.sha512(BYTES[:300_000]).hexdigest()
