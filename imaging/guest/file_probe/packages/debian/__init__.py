"""What dpkg has installed and what apt's lists offer, told from their texts."""
