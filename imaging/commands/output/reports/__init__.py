"""The reports that `--report` asks for: where they go, and what is written of a run, a plan or a checklist."""
