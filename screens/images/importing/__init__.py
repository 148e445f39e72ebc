"""The import of a file: which one, what is made of it, what is to be known of it, and the start."""
