"""What a run, a plan or a checklist came to, told to machines: JUnit XML, TAP, SARIF, GitHub's step summary."""
