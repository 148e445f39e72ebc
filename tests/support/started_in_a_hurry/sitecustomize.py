"""Read by a Python that starts with this folder on its PYTHONPATH: its clock runs as the test wants."""

from tests.support.hurry import hurry

hurry()
