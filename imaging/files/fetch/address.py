"""The address of a file, apart from the secrets that it may carry."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, unquote, urlsplit

from imaging.runtime.redaction import redactor
from models.errors import UsageError
from models.text import cut

_URL: Final = re.compile(r"\A[A-Za-z][A-Za-z0-9+.-]*+://")
_SCHEMES: Final = frozenset({"http", "https"})
_ODD: Final = re.compile(r"[^A-Za-z0-9._+-]+")
_LONGEST_NAME: Final = 80


@dataclass(frozen=True)
class FetchAddress:
    """Where a file is fetched from. Only `shown` may be printed or written down."""

    shown: str
    """Scheme, host and path: what others may see."""
    name: str
    """What the file is called on this machine."""
    url: str = field(repr=False)
    """Without the user and the password, with the query, which may be signed."""
    authorization: str | None = field(repr=False, default=None)
    """The header that the user and the password make; for this host alone."""

    @property
    def has_secret(self) -> bool:
        """Whether it carries a login or a query, which may be one."""
        return self.authorization is not None or "?" in self.url

    @property
    def key(self) -> str:
        """By which a part is known to be of this address; it tells nothing of it."""
        return hashlib.sha256(self.url.encode()).hexdigest()


def is_url(text: str) -> bool:
    """Whether the user names a URL, and not a file."""
    return _URL.match(text) is not None


def address_of(text: str) -> FetchAddress:
    """Take a URL apart; its secrets are kept out of every log from now on.

    Raises:
        UsageError: no file can be fetched from it.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UsageError("This URL cannot be read.", remedy="Check it: https://HOST/PATH") from None
    if parts.scheme.lower() not in _SCHEMES or not host or not text.isascii() or not text.isprintable():
        raise UsageError(
            f"From such an address no file is fetched: {cut(parts.scheme, 20)}://…",
            remedy="Use one that begins with https:// or http://, or download the file by other means.",
        )
    redactor.hide(*(each for each in (parts.password, parts.query) if each))
    where = f"[{host}]" if ":" in host else host
    netloc = where if port is None else f"{where}:{port}"
    plain = SplitResult(parts.scheme.lower(), netloc, parts.path or "/", parts.query, "")
    return FetchAddress(
        shown=plain._replace(query="").geturl(),
        name=_name_of(parts.path),
        url=plain.geturl(),
        authorization=_authorization(parts),
    )


def _authorization(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    said = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    encoded = base64.b64encode(said.encode()).decode()
    redactor.hide(encoded)
    return f"Basic {encoded}"


def _name_of(path: str) -> str:
    """The last part of a path, in letters that every shell and file system takes as they are."""
    name = _ODD.sub("-", unquote(path.rpartition("/")[2]))[-_LONGEST_NAME:].lstrip(".-")
    return name or "disk.img"
