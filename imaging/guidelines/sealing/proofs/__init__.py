"""What the clone and the test instances showed, judged: whether an image is sealed."""
