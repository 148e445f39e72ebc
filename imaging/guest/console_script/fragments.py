"""Reads the files of shell that lie beside modules, and fills in their places."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

_PLACE = re.compile(r"@([A-Z_]+)@")
_FOLDER = "imaging.guest.console_script"


def fragment(name: str, values: Mapping[str, object] | None = None) -> str:
    """One of the shared fragments.

    Args:
        name: that of the file, without its ending.
        values: what stands in its places, by their names without the signs around them.

    Raises:
        KeyError: a place has no value.
    """
    return filled(_FOLDER, f"{name}.sh", values or {})


def filled(package: str, name: str, values: Mapping[str, object]) -> str:
    """A file of a package with its places filled in; what stands in the values is left as it is.

    Raises:
        KeyError: a place has no value.
    """
    text = files(package).joinpath(name).read_text(encoding="ascii")
    return _PLACE.sub(lambda found: str(values[found[1]]), text)
