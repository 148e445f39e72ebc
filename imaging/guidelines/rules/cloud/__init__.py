"""The rules that are judged from what the cloud tells, a module per chapter of the page."""
