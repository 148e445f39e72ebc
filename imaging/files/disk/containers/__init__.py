"""The disk in a file of a format: its bytes as its machine would see them, read piece by piece."""
