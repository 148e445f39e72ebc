"""Breaks the program on purpose, and sees that the tests notice: `make mutants`."""
