"""The report of a run, and what the guidelines say of the finished image."""
