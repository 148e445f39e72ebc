"""The rules that only an inspection can answer, a module per chapter or part of one."""
