"""What a superblock says about a file system or a container, without any of its files being read."""
