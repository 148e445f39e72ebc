"""What decides how a machine of this disk starts next: its lines of fstab, and the words of its kernel line."""
