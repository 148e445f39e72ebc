"""What a command prints of files that come out of a cloud or go into one."""
