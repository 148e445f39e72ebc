"""The words that complete a parameter. They are read from files of the user's own; nothing is asked of any cloud."""

from __future__ import annotations

import os
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from importlib import resources
from itertools import islice
from urllib.parse import quote

import click
from click.shell_completion import CompletionItem

from imaging.cloud.name_cache import NameCache, Named, NameKind
from imaging.runtime.private_files import app_folders, check_file

MOST_OFFERED = 300
"""A shell takes a while for thousands, and nobody reads them."""
_PLAIN = re.compile(r"[A-Za-z0-9._][A-Za-z0-9._-]{0,254}")
"""What means nothing to a shell, and is no option: click's script for bash puts a completion unquoted into the line."""
_ODD = re.compile(r"[^\w .-]+")
_HELP_LETTERS = 40
_JOURNAL_SECONDS = 0.05

Items = Iterable[tuple[str, str]]
"""Words and what is said beside them."""
Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def completer(value: str) -> Completer | None:
    """What completes a parameter whose value is named so in the help: `INSTANCE`, `RULE=WHY`; None for free texts."""
    words = [_WORDS[part] for part in value.removesuffix("=WHY").split("|") if part in _WORDS]
    if not words:
        return None

    def complete(ctx: click.Context, _parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
        found = {word: said for items in words for word, said in items(ctx) if word.startswith(incomplete)}
        return [CompletionItem(word, help=_harmless(found[word]) or None) for word in _few(sorted(found))]

    return complete


def _few(words: Sequence[str]) -> Sequence[str]:
    """At most so many, the first and the last among them: what all have in common is then what these have."""
    if len(words) <= MOST_OFFERED:
        return words
    last = len(words) - 1
    return [words[last * place // (MOST_OFFERED - 1)] for place in range(MOST_OFFERED)]


def words_of(things: Iterable[Named]) -> Iterator[tuple[str, str]]:
    """Each by its name if that is plain and only one has it, else by its id."""
    listed = tuple(things)
    count = Counter(thing.name for thing in listed)
    for thing in listed:
        if is_plain(thing.name) and count[thing.name] == 1:
            yield thing.name, ""
        elif is_plain(thing.id):
            yield thing.id, thing.name


def is_plain(word: str) -> bool:
    """Whether a word can be put into a command line as it is."""
    return _PLAIN.fullmatch(word) is not None


def _harmless(text: str) -> str:
    """A description, which a shell shows: letters and digits."""
    return " ".join(_ODD.sub(" ", text).split())[:_HELP_LETTERS]


def _instances(ctx: click.Context) -> Items:
    return words_of(_names(ctx, NameKind.INSTANCE))


def _images(ctx: click.Context) -> Items:
    return words_of(_names(ctx, NameKind.IMAGE))


def _names(ctx: click.Context, kind: NameKind) -> Sequence[Named]:
    cloud, project_id = _cloud(ctx), os.environ.get("OS_PROJECT_ID") or None
    with suppress(RuntimeError):
        return NameCache(app_folders()[2]).read(kind, cloud=cloud, project_id=project_id)
    return ()


def _cloud(ctx: click.Context) -> str | None:
    """The cloud that the line names, else the one of the environment; None for the one that was used last."""
    contexts: list[click.Context] = []
    context: click.Context | None = ctx
    while context is not None:
        contexts.append(context)
        context = context.parent
    named = next((str(one.params["os_cloud"]) for one in contexts if one.params.get("os_cloud")), None)
    if named is None and any(one.params.get("demo") for one in contexts):
        return "demo"
    return named or os.environ.get("OS_CLOUD") or None


def _runs(_ctx: click.Context) -> Items:
    """The runs of the journal, which is only read, and not waited for."""
    with suppress(RuntimeError, OSError, sqlite3.Error):
        journal = app_folders()[1] / "runs.sqlite"
        check_file(journal)
        address = f"file:{quote(str(journal))}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_JOURNAL_SECONDS)) as connection:
            rows = connection.execute("SELECT id, kind, state FROM runs ORDER BY created_at DESC LIMIT 1000").fetchall()
        return [(str(run), f"{kind} {state}") for run, kind, state in rows if is_plain(str(run))]
    return ()


def _rules(_ctx: click.Context) -> Items:
    return _kept(NameKind.RULE)


def _questions(_ctx: click.Context) -> Items:
    return _kept(NameKind.QUESTION)


def _kept(kind: NameKind) -> Items:
    with suppress(RuntimeError):
        things = NameCache(app_folders()[2]).read(kind)
        return [(thing.id, thing.name) for thing in things if is_plain(thing.id)]
    return ()


def _clouds(_ctx: click.Context) -> Items:
    with suppress(RuntimeError):
        return [(cloud, "") for cloud in NameCache(app_folders()[2]).clouds() if is_plain(cloud)]
    return ()


def _profiles(_ctx: click.Context) -> Items:
    shipped = (entry.name for entry in (resources.files("imaging.guidelines") / "profiles").iterdir())
    own: list[str] = []
    with suppress(RuntimeError, OSError):
        own = [file.name for file in islice((app_folders()[0] / "profiles").iterdir(), MOST_OFFERED)]
    names = (name.removesuffix(".toml") for name in (*shipped, *own) if name.endswith(".toml"))
    return [(name, "") for name in names if is_plain(name)]


_WORDS: dict[str, Callable[[click.Context], Items]] = {
    "INSTANCE": _instances,
    "IMAGE": _images,
    "RUN": _runs,
    "RULE": _rules,
    "QUESTION": _questions,
    "PROFILE": _profiles,
    "CLOUD": _clouds,
}
"""By the word that stands for the value in the table of commands."""
