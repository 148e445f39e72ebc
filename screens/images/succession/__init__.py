"""Images that follow each other: what follows what, and the older one hidden, shown again or deleted."""
