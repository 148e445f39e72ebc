"""The images that the project can see."""
