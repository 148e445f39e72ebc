"""One reader for each part of a report, and the table of them."""
