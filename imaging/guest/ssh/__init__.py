"""Logging in to a guest by SSH: addresses, jump hosts, users, keys, and the shell that opens."""
