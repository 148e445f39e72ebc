"""The export of an image: the file, what is to be known of it, and the start."""
