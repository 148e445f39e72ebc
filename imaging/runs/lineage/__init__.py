"""What an image comes from and what it follows: read, compared, linked, and the older one hidden or deleted."""
