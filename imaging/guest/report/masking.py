"""Masks passwords as the script does, once more: what it overlooked must not be shown, stored or logged."""

from __future__ import annotations

import re

_FLAGS = re.IGNORECASE | re.ASCII
_HIDDEN = (
    re.compile(r"(//[^/ \t,:@]*:)[^/ \t]*(?=@)", _FLAGS),
    re.compile(r"(https?://)[^/ \t:@]+(?=@)", _FLAGS),
    # From the start of a word that is seen to end at an @, so that no word is gone through more than twice.
    re.compile(
        r"""(?:^|(?<=[ \t,@]))(?=[^ \t,@]++@)((?:(?:^|(?<=[ \t,]))|[^ \t,@]*?[=;("'])[^ \t,/:@=;("']++:)"""
        r"[^ \t,/@][^ \t,@]*+",
        _FLAGS,
    ),
    # A name that holds `user=` again is left to that one: the mark behind it is the same.
    re.compile(r"(user(?:name)?=(?>(?:(?!user(?:name)?=)[^,%: \t])*)[%:])(?:[^, \t]|,,)+", _FLAGS),
    re.compile(
        r"((?:pass(?:word2?|wd|phrase)?|pwd?|psk|sas|secret(?:_?key)?|token|set_credential(?:_binary)?"
        r"|(?:account|shared|access|api|private)[_-]?key)=)(?:[^, \t]|,,)+",
        _FLAGS,
    ),
    re.compile(r"(key=)[^/, \t](?:[^, \t]|,,)*", _FLAGS),
)
"""What stands before a secret, and the secret; a key that is a path is the name of a file."""
_BLANKS = re.compile(r"[ \t\r]+")


def masked(text: str) -> str:
    """The text with `***` for passwords in addresses (`//user:…@host`) and in options (`password=…`)."""
    for secret in _HIDDEN:
        text = secret.sub(r"\1***", text)
    return text


def shown_line(text: str) -> str:
    """A line of fstab or crypttab as it is shown: masked, and one blank between its fields."""
    return _BLANKS.sub(" ", masked(text)).strip(" ")
