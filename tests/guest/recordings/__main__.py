"""`python -m tests.guest.recordings [NAME…]`: record the demonstration guests again, into the demonstration cloud."""

from __future__ import annotations

import os
import sys

from tests.guest.recordings.recording import RECORDED, RECORDINGS, as_text, record


def main() -> int:
    """Record; 1 where not root."""
    if os.geteuid() != 0:
        sys.stderr.write("Only root can give files to other users and read what the probe reads as root.\n")
        return 1
    RECORDINGS.mkdir(exist_ok=True)
    for name in sys.argv[1:] or RECORDED:
        path = RECORDINGS / f"{name}.json"
        path.write_text(as_text(record(name)), encoding="ascii")
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
