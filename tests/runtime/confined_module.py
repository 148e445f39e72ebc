"""A module that is run in a confined process: it does what its request says."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from imaging.runtime.confined.confinement import confine


def main() -> None:
    confine()
    request = sys.stdin.buffer.read(100)
    if request.startswith(b"say: "):
        sys.stdout.write(request[5:].decode() + str(len(sys.stdin.buffer.read())))
    elif request == b"never end":
        while True:
            pass
    elif request == b"take all memory":
        sys.stdout.write(str(len(bytearray(3 * 2**30))))
    elif request == b"print without end":
        while True:
            sys.stdout.write("x" * 65_536)
    elif request == b"write a file":
        Path(tempfile.gettempdir(), f"confined-{os.getpid()}").write_text("kept")
    elif request == b"environment":
        sys.stdout.write(" ".join(sorted(os.environ)))


if __name__ == "__main__":
    main()
