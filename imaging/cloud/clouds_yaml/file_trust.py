"""Whether a configuration file is the user's own: it, its folder and the path to it are in nobody else's hands."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_OTHERS_WRITE = stat.S_IWOTH
_GROUP_WRITES = stat.S_IWGRP
_MOST_LINKS = 40
"""As the kernel follows."""
_ACCESS_LIST = "system.posix_acl_access"


@dataclass(frozen=True)
class Distrust:
    """Why a file is not the user's own, and what helps."""

    why: str
    """The end of a sentence such as "It is ignored, for …"."""
    remedy: str

    def __str__(self) -> str:
        """Why."""
        return self.why


def distrust(path: Path) -> Distrust | None:
    """Why others may have written a file; None where only the user, or root, can have.

    Args:
        path: the file, which is there. Every link on the way to it is checked as well, and where it lies.
    """
    for place in dict.fromkeys(_places(path.absolute())):
        found = _of_file(place) or _of_folders(place)
        if found:
            return found
    return None


def _places(path: Path) -> Iterator[Path]:
    """The path itself, where each link on its way lies (who can replace one leads elsewhere), and its end."""
    yield path
    here, ahead, links = Path(path.anchor), list(reversed(path.parts[1:])), 0
    while ahead:
        part = ahead.pop()
        place = here.parent if part == ".." else here / part
        if place.is_symlink() and links < _MOST_LINKS:
            links += 1
            yield place
            target = place.readlink()
            here = Path(target.anchor) if target.is_absolute() else here
            ahead += reversed(target.parts[1:] if target.is_absolute() else target.parts)
        else:
            here = place
    yield here


def _of_file(path: Path) -> Distrust | None:
    # Not stat: a link is judged as itself, and its end by its own turn.
    state = path.lstat()
    if stat.S_ISLNK(state.st_mode):
        return None if _is_users_own(state) else _foreign(path, state)
    return _of_state(path, state)


def _of_folders(path: Path) -> Distrust | None:
    """The folder that holds it must be the user's or root's; further up it is enough that nobody else may rename."""
    for folder in path.parents:
        state = folder.stat()
        if folder == path.parent and not _is_users_own(state):
            return _foreign(folder, state)
        # With the sticky bit, as in /tmp, others may write but not rename or replace the user's files.
        if not state.st_mode & stat.S_ISVTX and (found := _writable(folder, state)):
            return found
    return None


def _of_state(path: Path, state: os.stat_result) -> Distrust | None:
    return _writable(path, state) if _is_users_own(state) else _foreign(path, state)


def _is_users_own(state: os.stat_result) -> bool:
    return state.st_uid in {0, os.getuid()}


def _foreign(path: Path, state: os.stat_result) -> Distrust:
    return Distrust(
        f"{path} belongs to {_user_name(state.st_uid)}", f"Copy what you need to a file of your own: {path}."
    )


def _writable(path: Path, state: os.stat_result) -> Distrust | None:
    mode = shlex.quote(str(path))
    if state.st_mode & _OTHERS_WRITE:
        return Distrust(f"everybody can write {path}", f"Take that away: chmod go-w {mode}")
    if state.st_mode & _GROUP_WRITES and (_has_access_list(path) or others_in_group(state.st_gid)):
        return Distrust(f"others of its group can write {path}", f"Take that away: chmod g-w {mode}")
    return None


def others_in_group(gid: int) -> bool:
    """Whether somebody else than the user and root is in a group; of one that is unknown, yes."""
    try:
        members = set(grp.getgrgid(gid).gr_mem)
        own = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return True
    # The group file does not name those whose primary group it is.
    members |= {entry.pw_name for entry in pwd.getpwall() if entry.pw_gid == gid}
    return bool(members - {own, "root"})


def _has_access_list(path: Path) -> bool:
    """Whether users are named beside the group: then the group's bits are a mask for them."""
    try:
        return _ACCESS_LIST in os.listxattr(path)
    except OSError:
        return False


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"the user {uid}"
