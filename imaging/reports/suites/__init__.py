"""The suites of a report: what a checklist, a boot, the checks and the tests came to, case by case."""
