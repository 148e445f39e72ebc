"""What the rules about an instance and its image share."""
