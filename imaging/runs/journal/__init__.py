"""The journal: every run with all that it did, in one SQLite file."""
