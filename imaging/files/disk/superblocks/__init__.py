"""What a superblock says of a file system or a container, without any of its files being read."""
