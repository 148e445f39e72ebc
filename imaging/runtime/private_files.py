"""Our own folders and files: closed to others, and what somebody else put in their place is never used.

Another user of the computer can make a folder or a link with our name before us, where a folder was once open to them.
So each is opened without following a link and examined through what was opened, not by its name; what belongs to
another user is refused, and what merely stands open is closed. Once a folder is closed, nobody else can change what is
in it.
"""

from __future__ import annotations

import errno
import os
import pwd
import secrets
import shlex
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import platformdirs

_APP = "imaging-console"
_OTHERS = 0o077
_ROOT = 0


class NotPrivateError(OSError):
    """A folder or file that is somebody else's, or leads elsewhere; `strerror` says why, `filename` which."""

    def __init__(self, path: Path, why: str, remedy: str) -> None:
        """Keep why, and what to do about it."""
        super().__init__(errno.EPERM, why, str(path))
        self.remedy = remedy


def app_folders() -> tuple[Path, Path, Path]:
    """Where the user's configuration, state and cache of this program lie; they need not exist.

    Raises:
        RuntimeError: the user has no home.
    """
    dirs = platformdirs.PlatformDirs(_APP, appauthor=False)
    return dirs.user_config_path, dirs.user_state_path, dirs.user_cache_path


def own_uid() -> int:
    """The user that this process acts as."""
    return os.geteuid()


def close_folder(folder: Path, *, of_configuration: bool = False) -> bool:
    """Make a folder of the program, or see that the one that is there is the user's own and closed to others.

    Args:
        folder: made with mode 0700, folders above it as well.
        of_configuration: it may be a link, and root's, as those are whose configuration is managed for them.

    Returns:
        Whether it stood open to others and was closed now.

    Raises:
        NotPrivateError: it is a link, belongs to somebody else, cannot be closed, or others can put another in its
            place.
        OSError: it cannot be made or opened.
    """
    _make(folder)
    _refuse_unsafe_place(folder)
    descriptor = _open_folder(folder, follow=of_configuration)
    try:
        found = os.fstat(descriptor)
        if of_configuration and found.st_uid == _ROOT and not found.st_mode & 0o022:
            return False
        _refuse_others(found, folder)
        if not found.st_mode & _OTHERS:
            return False
        os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & ~_OTHERS)
        if os.fstat(descriptor).st_mode & _OTHERS:
            raise NotPrivateError(
                folder, "its file system keeps it open to others", _name_another("on a file system with permissions")
            )
    finally:
        os.close(descriptor)
    return True


def open_private(path: Path, flags: int) -> int:
    """Open a file of the program, mode 0600; a link is not followed, and nothing but a file is opened.

    Args:
        path: in a folder that `close_folder` has seen.
        flags: as for `os.open`, without O_TRUNC: nothing is cut before it is known whose it is.

    Raises:
        NotPrivateError: a link, a pipe or a file of somebody else lies there.
        OSError: it cannot be opened.
    """
    quick = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC  # a pipe would keep us waiting
    try:
        descriptor = os.open(path, flags | quick, 0o600)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO, errno.EISDIR}:
            raise _no_file(path) from None
        raise
    try:
        found = os.fstat(descriptor)
        _refuse_unlike_ours(found, path)
        if found.st_mode & _OTHERS:
            os.fchmod(descriptor, stat.S_IMODE(found.st_mode) & ~_OTHERS)
        os.set_blocking(descriptor, True)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def check_file(path: Path, *, make: bool = False) -> None:
    """See that a file that a library opens by its name is the user's own, without opening it.

    Closing a descriptor of an SQLite file would release the locks that this process has on it.

    Args:
        path: in a folder that `close_folder` has seen, so that nobody can change it meanwhile.
        make: make an empty one where none is.

    Raises:
        NotPrivateError: a link, a pipe or a file of somebody else lies there.
        OSError: it cannot be made or read.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        if make:
            with suppress(FileExistsError):  # another process was quicker
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        return
    _refuse_unlike_ours(found, path)
    if found.st_mode & _OTHERS:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_OTHERS)


def check_files(paths: Iterable[Path]) -> None:
    """The same for several, of which none is made."""
    for path in paths:
        check_file(path)


def write_private(path: Path, text: str) -> None:
    """Put a text in the place of a file, mode 0600, in one step: a reader never sees half of it.

    Raises:
        OSError: it cannot be written.
    """
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.new")
    try:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as writing:
            writing.write(text)
        fresh.replace(path)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def read_private(path: Path, limit_bytes: int) -> bytes:
    """What a file of the program holds.

    Raises:
        NotPrivateError: a link, a pipe or a file of somebody else lies there.
        OSError: it cannot be read, or is larger than the limit.
    """
    with os.fdopen(open_private(path, os.O_RDONLY), "rb") as reading:
        content = reading.read(limit_bytes + 1)
    if len(content) > limit_bytes:
        raise OSError(errno.EFBIG, f"it is larger than {limit_bytes} bytes", str(path))
    return content


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    except FileNotFoundError:
        if folder.parent == folder:
            raise
        _make(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)


def _refuse_unsafe_place(folder: Path) -> None:
    """Who can rename in the folder above can replace this one at any time."""
    above = folder.parent
    found = above.stat()
    if found.st_uid != _ROOT:
        _refuse_others(found, above)
    if found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX:
        remedy = f"Close it with `chmod o-w {shlex.quote(str(above))}`. {_name_another()}"
        raise NotPrivateError(above, "every user of this computer can replace what lies there", remedy)


def _open_folder(folder: Path, *, follow: bool) -> int:
    try:
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        if error.errno in {errno.ENOTDIR, errno.ELOOP}:
            what = "a link to another place" if folder.is_symlink() else "a file"
            raise NotPrivateError(
                folder, f"it is {what}", f"Check it, and remove it if you did not make it. {_name_another()}"
            ) from None
        raise


def _refuse_unlike_ours(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _no_file(path)
    _refuse_others(found, path)


def _no_file(path: Path) -> NotPrivateError:
    what = "a link to another place" if path.is_symlink() else "something else than a file"
    return NotPrivateError(path, f"it is {what}", "Check it, and remove it if you did not make it.")


def _refuse_others(found: os.stat_result, path: Path) -> None:
    if found.st_uid == own_uid():
        return
    owner = _user(found.st_uid)
    remedy = _name_another()
    if own_uid() == _ROOT:
        remedy = f"Run the program as {owner}, without sudo, to use what is there. {remedy}"
    raise NotPrivateError(path, f"it belongs to {owner}, and the program runs as {_user(own_uid())}", remedy)


def _user(uid: int) -> str:
    try:
        return f"{pwd.getpwuid(uid).pw_name} (uid {uid})"
    except KeyError:
        return f"uid {uid}"


def _name_another(where: str = "of your own") -> str:
    return f"Or name folders {where} with XDG_STATE_HOME, XDG_CONFIG_HOME and XDG_CACHE_HOME."
