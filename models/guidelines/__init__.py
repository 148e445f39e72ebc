"""What the guidelines judge, and how a profile sets them."""
