"""Names and ids that the seed's modules share. Ids are made from names, so they are the same at every start."""

from __future__ import annotations

from imaging.democloud.ids import seed_hex, seed_id

PROJECT, OTHER_PROJECT, CLOUD_PROJECT, ADMIN_PROJECT = "astro-survey", "ocean-models", "cloud-team", "admin"
CLINIC_PROJECT = "image-clinic"
"""Whose instances are each spoilt in one way that only the checks of a test instance find."""
OWNER, MEMBER, STRANGER, CLOUD_USER, ADMIN = "ada", "grace", "oskar", "cloud-team", "operator"
PHYSICIAN = "nora"
DAY = 86_400.0


def project_id(name: str = PROJECT) -> str:
    """The id of a seeded project."""
    return seed_hex("project", name)


def user_id(name: str = OWNER) -> str:
    """The id of a seeded user."""
    return seed_hex("user", name)


def image_id(key: str) -> str:
    """The id of a seeded image, by its key in the table: names are not unique."""
    return seed_id("image", key)


def volume_id(name: str) -> str:
    """The id of a seeded volume."""
    return seed_id("volume", name)


def server_id(key: str) -> str:
    """The id of a seeded server."""
    return seed_id("server", key)


def flavor_id(name: str) -> str:
    """The id of a seeded flavor."""
    return seed_id("flavor", name)


def network_id(name: str) -> str:
    """The id of a seeded network."""
    return seed_id("network", name)


def group_id(project: str, name: str) -> str:
    """The id of a seeded security group."""
    return seed_id("group", f"{project}/{name}")
