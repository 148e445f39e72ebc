"""What a command prints of a verdict: on a boot, and on whether an image works."""
