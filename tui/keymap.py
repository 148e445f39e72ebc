"""The user's own keys: checked before they are used, for Textual ignores what it does not know."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual.binding import Binding

from models.errors import ConfigError

UNTELLABLE = frozenset({"ctrl+m", "ctrl+j", "ctrl+i", "ctrl+h", "ctrl+left_square_bracket"})
"""In a plain terminal these are Enter, line feed, Tab, Backspace and Escape: the same bytes."""


def checked(keymap: Mapping[str, str], bindings: Iterable[Binding]) -> dict[str, str]:
    """The keymap as it is, when every id exists and every key can be told apart.

    Raises:
        ConfigError: an id is unknown, or a key can never arrive as itself.
    """
    known = {binding.id for binding in bindings if binding.id}
    for name, keys in keymap.items():
        if name not in known:
            raise ConfigError(
                f"The keymap names {name!r}, but no key has that id.",
                remedy=f"Known are: {', '.join(sorted(known))}.",
            )
        for key in keys.split(","):
            if key.strip() in UNTELLABLE:
                raise ConfigError(
                    f"The keymap binds {name!r} to {key.strip()}, which terminals cannot tell from another key.",
                    remedy="Choose another key.",
                )
    return dict(keymap)


def known_bindings(*roots: type) -> Iterable[Binding]:
    """Every binding of these classes and of all classes made from them that has an id."""
    for root in roots:
        for entry in vars(root).get("BINDINGS", ()):
            if isinstance(entry, Binding) and entry.id:
                yield entry
        yield from known_bindings(*root.__subclasses__())
