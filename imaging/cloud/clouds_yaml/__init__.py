"""Reads clouds.yaml and secure.yaml: found, trusted, bounded, and with one meaning."""
