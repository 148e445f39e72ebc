"""A file from a URL: fetched over HTTP into a part that can be continued, compared with its hash, never run."""

from __future__ import annotations

from imaging.files.fetch.address import FetchAddress, address_of, is_url
from imaging.files.fetch.fetching import Fetched, fetch

__all__ = ["FetchAddress", "Fetched", "address_of", "fetch", "is_url"]
