"""What is installed on an image: told by a test instance on its console, or read from a disk that no machine runs."""

from imaging.guest.inventory.console_inventory import read_inventory
from imaging.guest.inventory.script import LIMIT, SECONDS, WORD, inventory_functions, inventory_listener

__all__ = ["LIMIT", "SECONDS", "WORD", "inventory_functions", "inventory_listener", "read_inventory"]
