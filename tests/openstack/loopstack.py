"""Start a real OpenStack API on loopback: `python loopstack.py --help`, and README.md beside this file."""

from __future__ import annotations

import sys

from stack.launcher import main  # type: ignore[import-not-found]  # a script: its own folder is the path

if __name__ == "__main__":
    sys.exit(main())
