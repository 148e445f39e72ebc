"""What was judged of the image that a run is about: its seal, and whether it works."""
