"""What is in images: bytes that were sent, kept in files without names, and the disk that the seeded images hold."""
