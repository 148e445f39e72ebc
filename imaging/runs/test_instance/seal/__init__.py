"""The temporary clone of a sealed run, and what a test instance of its image tells about its own disk."""
