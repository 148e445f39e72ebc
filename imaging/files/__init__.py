"""Image files: what one is, what must never be opened, what is packed in it, and what lies on its disk.

Everything here reads files that strangers made, as an ordinary user, and mounts nothing. What is costly or dangerous to
read is read in a confined process (`imaging.runtime.confined`).
"""
