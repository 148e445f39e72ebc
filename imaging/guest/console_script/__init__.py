"""Fragments of shell that the scripts of test instances share: the unit after the boot, the restart, who it is.

`fragment` gives one of them with its places filled in. They set and use the variables that their first lines name.
"""

from __future__ import annotations

from imaging.guest.console_script.fragments import filled, fragment

__all__ = ["filled", "fragment"]
