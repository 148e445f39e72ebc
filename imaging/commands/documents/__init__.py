"""What `--json` writes, and its JSON Schemas."""
