"""A report in the format of a machine: a module for each format, a pure function from the report to its text."""
