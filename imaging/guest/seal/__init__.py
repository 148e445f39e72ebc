"""The seal: a script that takes away in a temporary clone what the image must not have, and reports what it did."""
