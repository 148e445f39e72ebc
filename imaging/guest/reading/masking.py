"""Masks passwords as the script does, once more: what it overlooked must not be shown, stored or logged."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(//[^/ \t,:@]*:)[^/ \t]*@")
_TOKEN = re.compile(r"(https?://)[^/ \t:@]+@", re.IGNORECASE | re.ASCII)
_OPTION = re.compile(
    r"((?:pass(?:word2?|wd|phrase)?|pwd|secret(?:_?key)?|token|(?:account|shared|access|api)_?key)=)(?:[^, \t]|,,)+",
    re.IGNORECASE | re.ASCII,
)
_BLANKS = re.compile(r"[ \t\r]+")


def masked(text: str) -> str:
    """The text with `***` for passwords in addresses (`//user:…@host`) and in options (`password=…`)."""
    text = _ADDRESS.sub(r"\1***@", text)
    text = _TOKEN.sub(r"\1***@", text)
    return _OPTION.sub(r"\1***", text)


def shown_line(text: str) -> str:
    """A line of fstab or crypttab as it is shown: masked, and one blank between its fields."""
    return _BLANKS.sub(" ", masked(text)).strip(" ")
