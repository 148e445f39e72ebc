"""Commands for the system that runs in the guest: to be shown, and to be carried out after asking."""

from __future__ import annotations

from dataclasses import dataclass

from imaging.guidelines.guest import parts
from imaging.guidelines.guest.facts import inside_or_none
from models.guidelines.facts import InstanceFacts
from models.remedy_action import ActionKind, RemedyAction


@dataclass(frozen=True)
class RootCommands:
    """Something that root does, in one or more commands; each continues only after the one before."""

    lines: tuple[str, ...]

    @property
    def shown(self) -> str:
        """As a user types it."""
        return " && ".join(f"sudo {line}" for line in self.lines)

    def action(self, summary: str, *touches: str) -> RemedyAction:
        """As the console carries it out, as root.

        Args:
            summary: what will be done, in one sentence.
            touches: the parts of the guest's facts that it changes.
        """
        command = " && ".join(self.lines)
        return RemedyAction(kind=ActionKind.RUN, summary=summary, command=command, touches=touches)


def root_commands(*lines: str) -> RootCommands:
    """Commands of root, without sudo."""
    return RootCommands(lines)


def package_manager(facts: InstanceFacts) -> str:
    """apt, dnf, yum or zypper; empty if that is not known."""
    system = inside_or_none(facts, parts.system)
    return system.package_manager if system is not None else ""


def install(facts: InstanceFacts, debian: str, rpm: str) -> RootCommands | None:
    """How this system installs a package; None if its package manager is not known."""
    manager = package_manager(facts)
    if manager == "apt":
        return root_commands(f"apt-get install -y {debian}")
    return root_commands(f"{manager} install -y {rpm}") if manager in {"dnf", "yum", "zypper"} else None


def kernel_words(facts: InstanceFacts, words: str) -> RootCommands | None:
    """How this system adds words to the kernel line of every later boot."""
    manager = package_manager(facts)
    if manager == "apt":
        added = rf"""sed -i.bak 's|^GRUB_CMDLINE_LINUX="|&{words} |' /etc/default/grub"""
        return root_commands(added, "update-grub")
    return root_commands(f"grubby --update-kernel=ALL --args='{words}'") if manager in {"dnf", "yum"} else None


def without_kernel_words(facts: InstanceFacts, words: tuple[str, ...]) -> RootCommands | None:
    """How this system takes words off the kernel line of every later boot; of plain words alone."""
    plain = [word for word in words if all(each.isalnum() or each in "=-_.,:/" for each in word)]
    manager = package_manager(facts)
    if not plain or len(plain) < len(words):
        return None
    if manager == "apt":
        taken = " ".join(rf"-e 's|\b{word}\b||g'" for word in plain)
        return root_commands(f"sed -i.bak {taken} /etc/default/grub", "update-grub")
    return (
        root_commands(f"grubby --update-kernel=ALL --remove-args='{' '.join(plain)}'")
        if manager in {"dnf", "yum"}
        else None
    )


def write_line(line: str, file: str) -> RootCommands:
    """A file of one line; both are the program's own text, never the guest's."""
    return root_commands(f"sh -c 'echo \"{line}\" > {file}'")
