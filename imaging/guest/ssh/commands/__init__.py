"""Running one command in a guest, whatever shell its user has, and as root where sudo lets us through."""
