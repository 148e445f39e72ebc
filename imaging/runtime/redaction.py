"""Keeps secrets out of every text that leaves the process: logs above all.

Two nets, one behind the other. Values that are known to be secret (`Redactor.hide`) are blotted out wherever they
occur, in any encoding in which a stranger echoes them (`imaging.runtime.echoes`). What looks like a secret by its name
(`X-Auth-Token: …`, `"adminPass": "…"`) or by its form (Fernet tokens, passwords in URLs) is blotted out unseen.
"""

from __future__ import annotations

import logging
import re
import threading

from imaging.runtime.echoes import Echo, find_echoes

BLOT = "***"

_NAMES = r"adminpass|admin_pass|user_data|password|passwd|passcode|secret|token|api_key"
"""The ends of names, so that `OS_PASSWORD` and `X-Auth-Token` are among them."""
_QUOTED = re.compile(rf"""(?i)((?:{_NAMES})["']?\s*[:=]\s*)(?:b?"(?:[^"\\]|\\.)*"|b?'(?:[^'\\]|\\.)*')""")
_BARE = re.compile(rf"""(?i)((?:{_NAMES})["']?\s*[:=]\s*)(?!["'\[{{(])[^\s,;&"'}}\])]+""")
_BEARER = re.compile(r"(?i)(\bbearer\s+)[\w.~+/=-]{8,}")
_FERNET = re.compile(r"\bgAAAA[\w=-]{16,}")
_JWT = re.compile(r"(?<![\w-])(?=[\w-]{11,}+\.[\w-]{8,}+\.)([\w-]*?)\beyJ[\w-]{8,}+\.[\w-]{8,}+\.[\w-]*+")
"""From the start of a word that two more are seen to follow, so that no word is tried from each of its letters."""
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@]*:)[^\s/@]+@", re.IGNORECASE)

_SHORTEST_SECRET = 4
"""Shorter values are not searched for: blotting out every `a` would make a log useless and tell the value."""


_log = logging.getLogger(__name__)


class Redactor:
    """Blots out secrets. Safe to use from several threads."""

    def __init__(self) -> None:
        self._values: frozenset[str] = frozenset()
        self._echoes: tuple[Echo, ...] = ()
        self._lock = threading.Lock()

    def hide(self, *values: str) -> None:
        """Blot out these values from now on, wherever they occur."""
        if self._values.issuperset(values):
            return
        with self._lock:
            known = self._values | set(values)
            self._echoes = tuple(Echo(value) for value in sorted(known) if len(value) >= _SHORTEST_SECRET)
            self._values = known
        if any(0 < len(value) < _SHORTEST_SECRET for value in values):
            _log.warning("a secret of fewer than %d characters is not searched for in texts", _SHORTEST_SECRET)

    def clean_known(self, text: str) -> str:
        """The text without the values that are known to be secret: for what is JSON, and shall stay so."""
        pieces: list[str] = []
        done = 0
        for begin, end in find_echoes(text, self._echoes):
            pieces += (text[done:begin], BLOT)
            done = end
        return "".join((*pieces, text[done:])) if done else text

    def clean(self, text: str) -> str:
        """The text without secrets."""
        text = self.clean_known(text)
        text = _QUOTED.sub(rf'\1"{BLOT}"', text)
        text = _BARE.sub(rf"\1{BLOT}", text)
        text = _BEARER.sub(rf"\1{BLOT}", text)
        text = _FERNET.sub(BLOT, text)
        text = _JWT.sub(rf"\1{BLOT}", text)
        return _USERINFO.sub(rf"\1{BLOT}@", text)


redactor = Redactor()
"""The one of the process: every handler that `start_logging` makes uses it."""
