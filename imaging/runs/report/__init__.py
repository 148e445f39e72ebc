"""The report of a run, and what the guidelines say about the finished image."""
