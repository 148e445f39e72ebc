"""What an import takes: time, by rates that were measured or are assumed, and room in the cloud and on this machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from imaging.runs.sending.kept import KEEP_FREE_BYTES, free_bytes
from imaging.runs.sending.progress import rate_words
from models.cloud.image_bytes import GLANCE_DIRECT, WEB_DOWNLOAD, UploadWays
from models.cloud.login import CloudIdentity
from models.cloud.quota import Quota
from models.formatting import about, size, size_mib
from models.run.file_plan import FilePlan, SendingWay, SentFile

_MIB: Final = 2**20
_ASSUMED_UPLOAD: Final = 30_000_000.0
_ASSUMED_DISK: Final = 150_000_000.0
_LEAST_MEASURED: Final = 16 * _MIB
"""Less than this was sent too quickly to tell a rate."""
_IMPORT_TIMES: Final = 2
"""An import from where it was staged copies all bytes once more."""
_METHODS: Final = {SendingWay.STAGED: GLANCE_DIRECT, SendingWay.FETCHED: WEB_DOWNLOAD}

Uploads = tuple[tuple[CloudIdentity, SentFile], ...]
"""Where what was sent before, the newest first."""


@dataclass(frozen=True)
class Rate:
    """How quickly bytes get into a cloud."""

    bytes_per_second: float = _ASSUMED_UPLOAD
    measured: bool = False

    @property
    def words(self) -> str:
        """`30 MB/s, assumed`."""
        return f"{rate_words(self.bytes_per_second)}, {'as measured before' if self.measured else 'assumed'}"


def measured_rate(uploads: Uploads, identity: CloudIdentity) -> Rate:
    """The rate of the last upload to the same cloud; an assumed one where there was none.

    Args:
        uploads: the earlier ones.
        identity: the login of the next one.
    """
    for to, sent in uploads:
        if to.auth_url != identity.auth_url or not sent.seconds:
            continue
        if (sent.size_bytes or 0) >= _LEAST_MEASURED:
            return Rate((sent.size_bytes or 0) / sent.seconds, measured=True)
    return Rate()


def preparing_seconds(file: FilePlan) -> int:
    """How long it takes to hash the file, and to convert it where that is needed."""
    given = file.facts.file_size_bytes if file.facts is not None else 0
    made = file.facts.header.disk_size_bytes if file.facts is not None and file.converts else 0
    return round((given + made) / _ASSUMED_DISK)


def upload_seconds(file: FilePlan, rate: Rate) -> int:
    """How long the sending takes."""
    times = 1 if file.way is SendingWay.UPLOAD else _IMPORT_TIMES
    return round(times * file.sent_bytes / rate.bytes_per_second)


def refusals(file: FilePlan, ways: UploadWays | None, quota: Quota | None) -> tuple[str, ...]:
    """Why the file cannot be sent to this cloud; what is not told counts as free.

    Args:
        file: what is to be sent.
        ways: what the cloud tells about the ways into it.
        quota: of the project.
    """
    return (*_not_used(file), *_no_way(file, ways), *_no_quota(file, ways, quota), *no_room(file))


def _not_used(file: FilePlan) -> Iterator[str]:
    """No reason lets a file be sent that must not even be opened."""
    if file.facts is not None and not file.facts.header.accepted:
        why = " ".join(each.sentence for each in file.facts.header.refusals)
        yield f"The file is not used: {why or 'nobody can say what it is.'}"


def _no_way(file: FilePlan, ways: UploadWays | None) -> Iterator[str]:
    method = _METHODS.get(file.way)
    if method is not None and (ways is None or ways.offers(method) is False):
        yield f"The cloud does not offer {method}."
    packed = file.facts is not None and bool(file.facts.wrappers)
    if file.is_fetched and (file.converts or packed or not file.url):
        yield "The cloud cannot fetch it: it is packed, has to be converted, or its address holds a secret. Use upload."
    if ways is not None and ways.stores and all(each.is_read_only for each in ways.stores):
        yield "Every store of images in this cloud is read-only."


def _no_quota(file: FilePlan, ways: UploadWays | None, quota: Quota | None) -> Iterator[str]:
    count = (ways.images if ways is not None else None) or (quota.images if quota is not None else None)
    if count is not None and not count.has_room_for(1):
        yield f"The quota of images is used up: {count.used} of {count.maximum}."
    needed = -(-file.sent_bytes // _MIB)
    total = (ways.total_mib if ways is not None else None) or (quota.image_size_mib if quota is not None else None)
    if total is not None and not total.has_room_for(needed):
        yield (
            f"The quota of images has {size_mib(total.free)} left; the image takes {size(file.sent_bytes)}. "
            "Delete images that are not needed, or ask for more."
        )
    staged = ways.staged_mib if ways is not None and file.way is not SendingWay.UPLOAD else None
    if staged is not None and not staged.has_room_for(needed):
        yield f"The quota of what waits for its import has {size_mib(staged.free)} left."


def unfit_work_dir(file: FilePlan, never: Iterable[Path]) -> tuple[str, ...]:
    """Why a conversion must not be kept in the work directory; empty where it may."""
    own = Path(file.work_dir).resolve()
    if not file.converts or own not in {each.resolve() for each in never}:
        return ()
    return (f"A conversion is not kept in {own}, which is small or not for that. Choose another one with --work-dir.",)


def no_room(file: FilePlan) -> tuple[str, ...]:
    """Why there is too little room in the work directory; empty where there is enough for what is expected."""
    if not file.converts:
        return ()
    try:
        free = free_bytes(Path(file.work_dir))
    except OSError as error:
        return (f"The work directory cannot be used: {error.strerror}. Choose another one with --work-dir.",)
    if free >= file.scratch_bytes + KEEP_FREE_BYTES:
        return ()
    needed = f"{size(file.scratch_bytes)} and {size(KEEP_FREE_BYTES)} that stay free"
    why = f"The conversion needs {needed} in {file.work_dir}, where {size(free)} are free."
    return (f"{why} Choose another directory with --work-dir.",)


def cost_warnings(file: FilePlan, ways: UploadWays | None, rate: Rate) -> Iterator[str]:
    """What the user must know of time and room before it begins."""
    yield f"The upload of {size(file.sent_bytes)} takes {about(file.upload_seconds)} ({rate.words})."
    life = ways.token_seconds if ways is not None else None
    if life is not None and life < file.upload_seconds:
        yield (
            f"A token of this cloud lives {about(life).removeprefix('about ')}, less than the upload takes: the cloud "
            "may refuse it at its end. A new token is asked for right before."
        )
    disk = file.facts.header.disk_size_bytes if file.facts is not None else 0
    if file.converts and _free(file) < disk + KEEP_FREE_BYTES:
        yield (
            f"The disk has {size(disk)}, and {size(_free(file))} are free in {file.work_dir}: the conversion has holes "
            "where nothing was written, and is ended if it fills the file system all the same."
        )


def _free(file: FilePlan) -> int:
    try:
        return free_bytes(Path(file.work_dir))
    except OSError:
        return 0
