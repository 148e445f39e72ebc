"""Running one command in a guest with any login shell, and as root where sudo allows it."""
