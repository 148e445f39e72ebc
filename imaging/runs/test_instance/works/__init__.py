"""The checks and tests of a test instance: watched over its two boots, judged, and noted on the image."""
