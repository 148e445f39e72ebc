"""Writes dpkg's and apt's own files: status, the lists of files, the indexes of repositories."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Deb:
    """A package that is, or could be, installed."""

    name: str
    version: str
    section: str = "utils"
    arch: str = "amd64"
    status: str = "install ok installed"
    conffiles: tuple[tuple[str, str], ...] = ()
    """Paths and contents as the package delivered them."""
    newer: str = ""
    """The version that the distribution has by now."""
    security: bool = False
    """Whether that came as a security update."""
    needs: str = ""


_HOST_CONF = ("/etc/host.conf", "multi on\n")
_SSHD = ("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\n")
_SURVEY = Deb("survey-tools", "1.4-1", "misc", "all")

NOBLE = (
    Deb("base-files", "13ubuntu10.1", "admin", conffiles=(_HOST_CONF,)),
    Deb("bash", "5.2.21-2ubuntu4", "shells"),
    Deb("libc6", "2.39-0ubuntu8.3", "libs", newer="2.39-0ubuntu8.4", security=True),
    Deb("openssh-server", "1:9.6p1-3ubuntu13.5", "net", conffiles=(_SSHD,)),
    Deb("cloud-init", "24.3.1-0ubuntu0~24.04.2", "admin", "all"),
    Deb("linux-image-6.8.0-45-generic", "6.8.0-45.45", "kernel"),
    Deb("linux-image-6.8.0-48-generic", "6.8.0-48.48", "kernel"),
    Deb("nvidia-driver-550", "550.107.02-0ubuntu0.24.04.1", "restricted/libs"),
    Deb("unrar", "1:7.0.7-1build1", "multiverse/utils"),
    Deb("tzdata", "2024a-3ubuntu1.1", "localization", "all", newer="2024b-0ubuntu0.24.04"),
    Deb("libpq5", "16.4-0ubuntu0.24.04.2", "libs"),
    Deb("postgresql-16", "16.4-0ubuntu0.24.04.2", "database", needs="libpq5"),
    Deb("postgresql", "16+257build1.1", "database", "all", needs="postgresql-16"),
    Deb("half-done", "1.0", "misc", "all", "install ok half-configured"),
    Deb("gone", "1.0", "misc", "all", "deinstall ok config-files"),
    _SURVEY,
)
XENIAL = (
    Deb("base-files", "9.4ubuntu4.13", "admin", conffiles=(_HOST_CONF,)),
    Deb("bash", "4.3-14ubuntu1.4", "shells"),
    Deb("libc6", "2.23-0ubuntu11.2", "libs", newer="2.23-0ubuntu11.3", security=True),
    Deb("openssh-server", "1:7.2p2-4ubuntu2.10", "net"),
    Deb("cloud-init", "21.1-19-gbad84ad4-0ubuntu1~16.04.2", "admin", "all"),
    Deb("linux-image-4.4.0-210-generic", "4.4.0-210.242", "kernel"),
    Deb("libpq5", "9.5.25-0ubuntu0.16.04.1", "libs"),
    Deb("postgresql-9.5", "9.5.25-0ubuntu0.16.04.1", "database", needs="libpq5"),
    Deb("postgresql", "9.5+173ubuntu0.3", "database", "all", needs="postgresql-9.5"),
    _SURVEY,
)
BOOKWORM = (
    Deb("base-files", "12.4+deb12u6", "admin", conffiles=(_HOST_CONF,), newer="12.4+deb12u7"),
    Deb("bash", "5.2.15-2+b7", "shells"),
    Deb("libc6", "2.36-9+deb12u7", "libs"),
    Deb("openssh-server", "1:9.2p1-2+deb12u2", "net", conffiles=(_SSHD,), newer="1:9.2p1-2+deb12u3", security=True),
    Deb("cloud-init", "22.4.2-1", "admin", "all"),
    Deb("linux-image-6.1.0-25-cloud-amd64", "6.1.106-3", "kernel"),
    Deb("libpq5", "15.8-0+deb12u1", "libs"),
    Deb("postgresql-15", "15.8-0+deb12u1", "database", needs="libpq5"),
    Deb("postgresql", "15+248", "database", "all", needs="postgresql-15"),
    _SURVEY,
)


def write_dpkg(root: Path, packages: tuple[Deb, ...]) -> None:
    """The database of what is installed."""
    folder = root / "var/lib/dpkg"
    (folder / "info").mkdir(parents=True, exist_ok=True)
    (folder / "updates").mkdir(exist_ok=True)
    (folder / "status").write_text("".join(_stanza(package) for package in packages))
    (folder / "available").write_text("")
    for package in packages:
        paths = ["/.", *(path for path, _ in package.conffiles)]
        (folder / f"info/{package.name}.list").write_text("\n".join(paths) + "\n")
        (folder / f"info/{package.name}.md5sums").write_text("")


def write_apt_lists(root: Path, packages: tuple[Deb, ...], *, label: str, suite: str, security_site: str) -> None:
    """The indexes as `apt-get update` left them; newer versions come with the security suite, or with the release."""
    release = f"mirror.example_{label.lower()}_dists_{suite}"
    security = f"mirror.example_{security_site}_dists_{suite}-security"
    folder = root / "var/lib/apt/lists"
    (folder / "partial").mkdir(parents=True, exist_ok=True)
    for site, origin, name, urgent in (
        (release, label, suite, False),
        (security, f"{label}-Security" if label == "Debian" else label, f"{suite}-security", True),
    ):
        stanzas = "".join(_index(package) for package in packages if package.newer and package.security == urgent)
        (folder / f"{site}_main_binary-amd64_Packages").write_text(stanzas)
        (folder / f"{site}_Release").write_text(
            f"Origin: {label}\nLabel: {origin}\nSuite: {name}\nCodename: {name}\n"
            "Architectures: amd64\nComponents: main\nDate: Fri, 30 Oct 2026 06:00:00 UTC\n"
        )


def _stanza(package: Deb) -> str:
    lines = [
        f"Package: {package.name}",
        f"Status: {package.status}",
        "Priority: optional",
        f"Section: {package.section}",
        "Installed-Size: 100",
        "Maintainer: Somebody <somebody@mail.example>",
        f"Architecture: {package.arch}",
        f"Version: {package.version}",
        *([f"Depends: {package.needs}"] if package.needs else []),
    ]
    if package.conffiles:
        lines.append("Conffiles:")
        lines += [f" {path} {_md5(content)}" for path, content in package.conffiles]
    lines += [f"Description: {package.name}", " A package.", ""]
    return "\n".join(lines) + "\n"


def _index(package: Deb) -> str:
    return (
        f"Package: {package.name}\nArchitecture: {package.arch}\nVersion: {package.newer}\nSection: {package.section}\n"
        f"Priority: optional\nInstalled-Size: 100\nMaintainer: Somebody <somebody@mail.example>\n"
        f"Filename: pool/main/{package.name}_{package.newer}_{package.arch}.deb\nSize: 1000\n"
        f"MD5sum: {_md5(package.newer)}\nSHA256: {hashlib.sha256(package.newer.encode()).hexdigest()}\n"
        f"Description: {package.name}\n\n"
    )


def _md5(content: str) -> str:
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
