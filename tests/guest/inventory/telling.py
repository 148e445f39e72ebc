"""A test instance on a tree that tells on its console what is installed on it: a real shell runs what A guest would."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from imaging.guest.deep_check.boothook import console_functions, squeezed
from imaging.guest.deep_check.chunks import said_again
from imaging.guest.inventory import inventory_functions, inventory_listener, read_inventory
from imaging.guest.inventory.script import WORD
from models.works.inventory import InstalledPackage, Inventory, PackageManager
from tests.support.shells import GUEST_PATH, SHELLS

NONCE = "0123456789abcdef"
NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
_START = """
nonce={nonce}
R={root}
work={work}
console={console}
TAB=$(printf '\\t')
LC_ALL=C
export LC_ALL
{functions}
case ${{1-}} in
  collect) collect_inventory ;;
  *)
    start_inventory {shell} "$0" collect
    wait
    said=0
    while [ "$said" -lt {helpings} ]; do
      say_inventory_helping
      echo "-- round" >>"$console"
      said=$((said + 1))
    done
    ;;
esac
"""
DPKG = """Package: {name}
Status: {status}
Architecture: {architecture}
Version: {version}
Maintainer: Nobody <nobody@example.org>
Description: {name}

"""


@dataclass
class Machine:
    """A tree that stands for the disk of a test instance."""

    root: Path
    shell: str
    settings: dict[str, str] = field(default_factory=dict)
    functions: str = field(default_factory=inventory_functions)
    work: Path | None = None
    """Where its tools and its console are, if not beside the tree."""

    @property
    def beside(self) -> Path:
        return self.work or self.root.parent

    def put(self, path: str, content: str = "") -> Path:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        return file

    def has_debs(self, *debs: tuple[str, str], status: str = "install ok installed") -> None:
        made = "".join(
            DPKG.format(name=name, version=version, status=status, architecture="amd64") for name, version in debs
        )
        file = self.root / "var/lib/dpkg/status"
        known = file.read_text() if file.exists() else ""
        self.put("var/lib/dpkg/status", known + made)
        for folder in ("info", "updates"):
            (self.root / "var/lib/dpkg" / folder).mkdir(exist_ok=True)

    def has_tool(self, name: str, script: str) -> None:
        """Another program stands in the place of a tool."""
        file = self.beside / "tools" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(script)
        file.chmod(0o700)

    def tell(self, helpings: int = 1) -> str:
        """The text of the console after so many helpings."""
        command = SHELLS[self.shell]
        work = self.beside / "work"
        work.mkdir(exist_ok=True)
        console = self.beside / "console"
        script = self.beside / "script"
        script.write_text(
            _START.format(
                nonce=NONCE,
                root=self.root,
                work=work,
                console=console,
                shell=" ".join(command),
                functions=squeezed(console_functions("@@imaging-other") + self.functions),
                helpings=helpings,
            )
        )
        path = f"{self.beside / 'tools'}:{GUEST_PATH}"
        subprocess.run(
            [*command, str(script)],
            env={"PATH": path, **self.settings},
            check=True,
            timeout=100,
            stdin=subprocess.DEVNULL,
        )
        return console.read_text(encoding="utf-8", errors="replace")

    def told(self, helpings: int = 1) -> Inventory:
        """What is read of it, piece by piece."""
        listener = inventory_listener(NONCE)
        listener.take(self.tell(helpings))
        return read_inventory(said_again(listener.heard, NONCE, WORD), nonce=NONCE, now=NOW)


def of(inventory: Inventory, manager: PackageManager) -> list[InstalledPackage]:
    assert inventory.packages is not None
    return [each for each in inventory.packages if each.manager is manager]
