"""What an image comes from and what it follows, as pure functions: how two of them differ, and which is the newer."""
