"""Sealing: what a temporary clone is to lose, what it said of it, and what that proves."""
