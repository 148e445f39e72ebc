"""What `--json` writes, and its JSON Schemas: a module for each kind of document, with how it is made.

Within one version of a document a field may be added, never taken away or given another meaning.
"""
