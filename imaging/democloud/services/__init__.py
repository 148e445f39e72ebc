"""The routes of each OpenStack service."""
