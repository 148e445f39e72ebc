"""Reads what a guest sent in a process of its own, which is ended when it takes too long.

`client` has `read_confined`, `read_console_confined`, `read_seal_confined`, `read_proof_confined`,
`read_works_confined` and `read_inventory_confined`: they are `read_report`, `read_console_report`, `read_seal_report`,
`read_proof_report`, `read_works_report` and `read_inventory` for a program that continues meanwhile.
They are not imported here: the process that reads would load with them what only its parent needs.
"""
