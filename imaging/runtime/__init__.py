"""What the process needs around it: paths, settings, logging with redaction, and the clock."""
