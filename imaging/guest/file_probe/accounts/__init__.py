"""Who is known on a disk, and who may log in by what: a module for each thing that lets somebody in."""
