"""Sealing: what a temporary clone is to lose, what it said about it, and what that proves."""
