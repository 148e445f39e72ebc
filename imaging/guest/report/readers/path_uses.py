"""Reads what of the system names a path: units, cron entries, settings of services, symbolic links."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any

from imaging.guest.report.rows import Rows
from models.guest.services import PathUse

_LONGEST_PATH = 4_096
"""Bytes of a path that Linux follows."""
_ENABLED = {"yes": True, "no": False}
_OWN_PLACES = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc",
    "/run",
    "/proc",
    "/dev",
    "/sys",
    "/boot",
)
"""A link that ends there points to the system itself, as links of systems do."""
_MOVED_PLACES = ("/var", "/opt", "/usr/local", "/srv")
"""A link between two of these matters, for one of them may be on another disk; a link within one does not."""


def read_path_uses(rows: Rows) -> tuple[PathUse, ...]:
    """The paths that are named, then the links that lead out of the system's own places."""
    links = dict(rows.read("link", _link, fields=2))
    return (*rows.read("use", _use, fields=4), *_leading_out(rows, links))


def _use(enabled: str, how: str, path: str, file: str) -> PathUse:
    return PathUse(user=file, how=how, path=_normal(path), enabled=_ENABLED.get(enabled))


def _link(target: str, path: str) -> tuple[str, str]:
    if not path.startswith("/") or not target or max(len(path), len(target)) > _LONGEST_PATH:
        raise ValueError("not a link")
    return _normal(path), target


def _leading_out(rows: Rows, links: Mapping[str, str]) -> Iterator[PathUse]:
    tree = _tree(links)
    for path in links:
        rows.check()
        end = _resolved(path, links, tree)
        if not _stays(path, end):
            yield PathUse(user=path, how="link", path=end)


def _stays(path: str, end: str) -> bool:
    for place in _MOVED_PLACES:
        if _below(end, place):
            return _below(path, place)
    return any(_below(end, place) for place in _OWN_PLACES)


def _below(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def resolved(path: str, links: Mapping[str, str]) -> str:
    """Where a path ends after all links that we know of, in any of its folders; links in a circle end somewhere."""
    return _resolved(path, links, _tree(links))


_Tree = dict[str, Any]
"""A folder: its names with what is below them; `_LINK` where a link of that path is known."""
_LINK = "/"


def _tree(links: Iterable[str]) -> _Tree:
    root: _Tree = {}
    for path in links:
        folder = root
        for name in path.split("/")[1:]:
            folder = folder.setdefault(name, {})
        folder[_LINK] = True
    return root


def _resolved(path: str, links: Mapping[str, str], tree: _Tree) -> str:
    for _ in range(40):
        link = _first_link(path, tree)
        if link is None:
            return path
        path = _normal(join(dirname(link), links[link]) + path[len(link) :])[:_LONGEST_PATH]
    return path


def _first_link(path: str, tree: _Tree) -> str | None:
    """The shortest beginning of a path that is a link: name by name, so that none is tried twice."""
    if not path.startswith("/"):
        return None
    folder, length = tree, 0
    for name in path.split("/")[1:]:
        length += 1 + len(name)
        if name not in folder:
            return None
        folder = folder[name]
        if _LINK in folder:
            return path[:length]
    return None


def _normal(path: str) -> str:
    """Without double slashes and dots; two slashes at the beginning mean one."""
    plain = normpath(path)
    return f"/{plain.lstrip('/')}" if plain.startswith("/") else plain
