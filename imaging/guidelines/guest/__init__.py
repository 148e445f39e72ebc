"""What the rules about the inside of an instance share."""
