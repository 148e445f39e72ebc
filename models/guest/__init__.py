"""What an inspection of an instance found: facts of its system, disks, files, accounts and services.

Texts come from the guest and are untrusted: cleaned of control characters (`models.text`), but never markup, path
or code for us. Nothing here ever holds a secret: files with secrets are known by path, kind, owner and size alone.
"""
