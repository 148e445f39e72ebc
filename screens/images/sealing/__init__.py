"""The seal of an image: an inspection first where none is known, what is lost and kept, and the start."""
