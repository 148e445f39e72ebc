"""The command line, entry point `imaging`."""
