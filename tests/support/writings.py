"""The writings in which an error may echo a secret."""

from __future__ import annotations

import base64
import html
import json
import textwrap
from collections.abc import Callable
from urllib.parse import quote, quote_plus

Writing = Callable[[str], str]


def _mixed_percent(secret: str) -> str:
    plain = (at % 2 and byte < 0x80 and chr(byte) != "%" for at, byte in enumerate(secret.encode()))
    return "".join(
        chr(byte) if is_plain else f"%{byte:02X}" for byte, is_plain in zip(secret.encode(), plain, strict=True)
    )


def _wrapped(text: str, width: int) -> str:
    return "\r\n ".join(text[at : at + width] for at in range(0, len(text), width))


def _encoded(before: str, after: str = ":rest", altchars: bytes | None = None) -> Writing:
    return lambda secret: base64.b64encode(f"{before}{secret}{after}".encode(), altchars).decode()


WRITINGS: dict[str, Writing] = {
    "as it is": str,
    "in capitals": lambda secret: secret.upper() if secret.isascii() else secret,
    "base64, first place": _encoded("ada:"[:3]),
    "base64, second place": _encoded("ada:"),
    "base64, third place": _encoded("a:ada"),
    "base64 alone": lambda secret: base64.b64encode(secret.encode()).decode(),
    "base64 without padding": lambda secret: base64.b64encode(secret.encode()).decode().rstrip("="),
    "base64 of a header": lambda secret: "Basic " + _encoded("ada:", "")(secret),
    "base64, urlsafe": _encoded("\u00ff\u00fe", "\u00ff", b"-_"),
    "base64 in lines": lambda secret: _wrapped(_encoded("ada:" * 9)(secret), 19),
    "base64 in a URL": lambda secret: quote(_encoded("ada:")(secret), safe=""),
    "percent": lambda secret: quote(secret, safe=""),
    "percent, small letters": lambda secret: "".join(f"%{byte:02x}" for byte in secret.encode()),
    "percent, half of it": _mixed_percent,
    "percent twice": lambda secret: quote(quote(secret, safe=""), safe=""),
    "a form": quote_plus,
    "JSON": lambda secret: json.dumps(secret)[1:-1],
    "JSON in JSON": lambda secret: json.dumps(json.dumps(secret))[3:-3],
    "JSON, all escaped": lambda secret: "".join(
        f"\\u{unit:04x}" for unit in memoryview(secret.encode("utf-16-le")).cast("H")
    ),
    "repr": lambda secret: repr(secret)[1:-1],
    "repr of bytes": lambda secret: repr(secret.encode())[2:-1],
    "hexadecimal escapes": lambda secret: "".join(f"\\x{byte:02x}" for byte in secret.encode()),
    "octal escapes": lambda secret: "".join(f"\\{byte:03o}" for byte in secret.encode()),
    "HTML": html.escape,
    "HTML numbers": lambda secret: "".join(f"&#{ord(letter)};" for letter in secret),
    "HTML hexadecimal": lambda secret: "".join(f"&#x{ord(letter):X};" for letter in secret),
    "HTML tags": lambda secret: "<wbr>".join(html.escape(letter) for letter in secret),
    "mail": lambda secret: f"{secret[:5]}=\n{secret[5:]}",
    "hexadecimal": lambda secret: secret.encode().hex(),
    "HEXADECIMAL": lambda secret: secret.encode().hex().upper(),
    "line ends": "\n".join,
    "blanks": " ".join,
    "no-break blanks": "\u00a0".join,
    "wrapped": lambda secret: "\n    ".join(textwrap.wrap(secret, 7)),
    "zero-width": "\u200b".join,
    "soft hyphens": "\u00ad".join,
    "joiners and tags": "\u2060\U000e0041".join,
    "direction marks": "\u202e\u2066".join,
    "colours": "\x1b[31m".join,
    "nulls": "\x00".join,
    "after cleaning": "\ufffd".join,
    "misread": lambda secret: "\u200b".join(secret).encode().decode("latin-1"),
    "line ends of JSON": lambda secret: "\\n".join(json.dumps(letter)[1:-1] for letter in secret),
}
