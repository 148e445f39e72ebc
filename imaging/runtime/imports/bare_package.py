"""Enters a package of a library without what its `__init__` loads, where that is much and not needed."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any


def enter(name: str, whole: frozenset[str]) -> None:
    """Have a package in place whose modules can be imported, and load nothing of it.

    Does nothing where it was loaded before, by somebody else in this process.

    Args:
        name: of the package; those that it lies in are loaded as ever.
        whole: what its `__init__` gives beyond its modules; who asks for one of them gets the package whole after all.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return  # what is missing, the import that follows says
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def ask(wanted: str) -> Any:
        if wanted not in whole:
            raise AttributeError(f"module {name!r} has no attribute {wanted!r}", name=wanted, obj=package)
        loader.exec_module(package)
        return vars(package)[wanted]

    vars(package)["__getattr__"] = ask
    sys.modules[name] = package
