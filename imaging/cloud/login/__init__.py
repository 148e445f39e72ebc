"""Which cloud is meant, and everything that a login to it needs."""
