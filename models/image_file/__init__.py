"""Image files: what one is, and why it cannot be used."""
