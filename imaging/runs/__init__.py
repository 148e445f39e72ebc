"""The imaging run: planned, journalled, carried out by a process of its own, and undone."""
