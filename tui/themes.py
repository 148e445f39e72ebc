"""The four themes. Screens name colours by meaning alone, so these palettes are the only place with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="dark",
    primary="#6f9fcf",
    secondary="#7fb0a5",
    accent="#d8a657",
    success="#89b482",
    warning="#d8a657",
    error="#e07a73",
    foreground="#d4d8de",
    background="#14171b",
    surface="#191d22",
    panel="#20252c",
    boost="#252b33",
    variables={
        "border": "#6f9fcf",
        "border-blurred": "#39424e",
        "text-muted": "#8b95a3",
        "text-success": "#96c28f",
        "text-warning": "#e0b36a",
        "text-error": "#ec8a83",
        "text-accent": "#8fb8e0",
        "block-cursor-background": "#31557d",
        "block-cursor-foreground": "#f2f5f8",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#262d36",
        "scrollbar": "#39424e",
        "scrollbar-hover": "#4a5563",
        "scrollbar-active": "#6f9fcf",
        "scrollbar-background": "#191d22",
        "scrollbar-background-hover": "#191d22",
        "scrollbar-background-active": "#191d22",
        "input-cursor-background": "#d4d8de",
        "input-cursor-foreground": "#14171b",
    },
)

LIGHT = Theme(
    name="light",
    dark=False,
    primary="#2f6db0",
    secondary="#3d7a6c",
    accent="#9a5b00",
    success="#2f7a3d",
    warning="#9a5b00",
    error="#b3322b",
    foreground="#20252b",
    background="#fbfbf9",
    surface="#f4f4f1",
    panel="#e8eaec",
    boost="#e9ebee",
    variables={
        "border": "#2f6db0",
        "border-blurred": "#bcc3ca",
        "text-muted": "#626b75",
        "text-success": "#24682f",
        "text-warning": "#8a5000",
        "text-error": "#a82a24",
        "text-accent": "#245c97",
        "block-cursor-background": "#2f6db0",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#dde4ec",
        "scrollbar": "#bcc3ca",
        "scrollbar-hover": "#98a2ac",
        "scrollbar-active": "#2f6db0",
        "scrollbar-background": "#f4f4f1",
        "scrollbar-background-hover": "#f4f4f1",
        "scrollbar-background-active": "#f4f4f1",
        "input-cursor-background": "#20252b",
        "input-cursor-foreground": "#fbfbf9",
    },
)

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#00d7ff",
    secondary="#00d7ff",
    accent="#ffff00",
    success="#5fff5f",
    warning="#ffff00",
    error="#ff8787",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    boost="#1c1c1c",
    variables={
        "border": "#ffff00",
        "border-blurred": "#ffffff",
        "text-muted": "#e4e4e4",
        "text-success": "#5fff5f",
        "text-warning": "#ffff00",
        "text-error": "#ff8787",
        "text-accent": "#00d7ff",
        "block-cursor-background": "#ffff00",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#444444",
        "scrollbar": "#ffffff",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffff00",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "input-cursor-background": "#ffff00",
        "input-cursor-foreground": "#000000",
    },
)

_TEXTUAL_ANSI = BUILTIN_THEMES["ansi-dark"]
ANSI = replace(
    _TEXTUAL_ANSI,
    name="ansi",
    accent="ansi_cyan",
    variables={
        **_TEXTUAL_ANSI.variables,
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
        "text-muted": "ansi_default",
        "block-cursor-foreground": "ansi_default",
        "block-cursor-background": "ansi_default",
        "input-cursor-foreground": "ansi_default",
        "input-cursor-background": "ansi_default",
        "input-cursor-text-style": "reverse",
        "scrollbar": "ansi_default",
        "scrollbar-background": "ansi_default",
    },
)
"""The terminal's own sixteen colours, for plain SSH sessions and for terminals with a palette of their own."""

THEMES = (DARK, LIGHT, HIGH_CONTRAST, ANSI)


def chosen_theme(wanted: str | None, environ: Mapping[str, str]) -> str:
    """The name of the theme to begin with: what the user set, else what the terminal can show."""
    if wanted:
        return wanted
    if "NO_COLOR" in environ:
        return ANSI.name
    rich_colours = "256color" in environ.get("TERM", "") or environ.get("COLORTERM") in {"truecolor", "24bit"}
    return DARK.name if rich_colours else ANSI.name
