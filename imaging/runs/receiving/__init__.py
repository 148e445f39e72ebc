"""The files of an export: the part that is downloaded, what is made of it, and what stands beside it in the end."""
