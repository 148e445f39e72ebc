"""Partition tables: GPT and MBR, as Linux takes them, every number of which is a stranger's."""
